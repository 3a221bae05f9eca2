/* A press on the page's search opener comes in; a dialog with the field goes out, and search is fetched into it. Nothing
   of search is fetched before that press, except on the page /search/, where the field stands in the text itself.
   Every page carries this file: it holds what cannot wait, and ui.js the rest. Nothing is stored or sent. */
(function () {
  "use strict";
  var link = document.querySelector("a.kb-search-open[data-code]");
  var place = document.querySelector("[data-search]");
  if (!link || !place && !window.HTMLDialogElement) return; // an older browser keeps the link

  var LIST = /a-z(\/(?:index\.html)?|\.html)$/; // as the website and the copies for reading offline write its address
  var HEARD = 200; // milliseconds
  var root = link.href.replace(LIST, "");
  var box, field, dialog, ready;

  function make(tag, properties) {
    var element = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) { element.setAttribute(name, properties[name]); });
    element.append.apply(element, Array.prototype.slice.call(arguments, 2));
    return element;
  }

  /* The address of a page at the top of the site, as this copy writes addresses; from disk a folder's file is named. */
  function address(name) {
    return link.href.replace(LIST, name + "$1").replace(/^(file:.*\/)$/, "$1index.html");
  }

  /* Fetch one of the site's files, named from its root. */
  function load(path) { return KBLoad(root + path); }

  function start() {
    ready = ready || Promise.all([link.dataset.style, link.dataset.code, link.dataset.index].map(load)).then(function () {
      KBSearchScreen.start({
        box: box, field: field, dialog: dialog, opener: opener, root: root, address: address, load: load, make: make,
      });
    }).catch(function () {
      ready = null; // so that the next opening tries again
      box.lastChild.replaceChildren(make("p", { role: "alert" }, "Search could not be loaded. You may be offline. Close this and " +
        "try again, or use the ", make("a", { href: address("a-z") }, "A–Z"), "."));
    });
  }

  /* The field can be typed into at once, also on a slow line; a phone shows its keyboard only if it is focused now. */
  function build() {
    field = make("input", {
      id: "kb-search-words", role: "combobox", "aria-expanded": "false", autocomplete: "off", enterkeyhint: "search",
      placeholder: "A word or a question",
    });
    var head = make("div", {}, make("label", { "for": field.id }, "Search"));
    box = make("div", { role: "search" }, make("div", { "class": "kb-search__bar" }, head, make("div", {}, field)),
      make("div", { "class": "kb-search__body" }));
    return head;
  }

  /* By key, the field comes after the dialog: Orca passes over a field that had the focus before it knew of the dialog,
     and takes letters for its own commands. A phone shows its keyboard only for a field that is entered at once. */
  function open(byKey) {
    if (!box) {
      var head = build();
      var away = make("button", { type: "button" }, "Close");
      away.onclick = function () { dialog.close(); };
      head.append(make("a", { "class": "kb-help", href: address("help-now") }, "Help now"), away);
      dialog = make("dialog", { "class": "kb-search", "aria-label": "Search" }, box);
      head.onkeydown = function (event) { if (/^\S$/.test(event.key) && !event.ctrlKey && !event.metaKey) enter(); };
      document.body.append(dialog);
    }
    if (dialog && !dialog.open) dialog.showModal();
    if (byKey) setTimeout(enter, HEARD); else enter();
    start();
  }

  function enter() {
    if (document.activeElement === field || dialog && !dialog.open) return;
    field.focus();
    field.select();
  }

  var opener = make("button", { type: "button", "class": "kb-search-open", "aria-keyshortcuts": "Control+K Meta+K" }, "Search");
  opener.onclick = function (event) { open(!event.detail); };
  link.replaceWith(opener);
  addEventListener("keydown", function (event) {
    if (event.key.toLowerCase() !== "k" || event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open(true);
  });
  if (place) {
    build();
    place.append(box);
    start();
  }
})();
