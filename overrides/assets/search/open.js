/* A press on the page's search opener comes in; a dialog with the field goes out, and search is fetched into it. Nothing
   of search is fetched before that press, except on the page /search/, where the field stands in the text itself.
   Classic script: it also runs from disk and under a strict content security policy. Nothing is stored or sent. */
(function () {
  "use strict";
  var link = document.querySelector("a.kb-search-open[data-code]");
  if (!link) return;

  var data = link.dataset;
  var root = new URL(data.root.replace(/\/*$/, "/"), location.href).href;
  var mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  var place = document.querySelector(".kb-search-here");
  var box, field, dialog, ready;

  function make(tag, properties) {
    var element = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) { element.setAttribute(name, properties[name]); });
    element.append.apply(element, Array.prototype.slice.call(arguments, 2));
    return element;
  }

  /* Fetch one of the site's files, named from the root: a promise that it has run, or is in force. */
  function load(path) {
    var style = /\.css$/.test(path);
    var element = style ? make("link", { rel: "stylesheet" }) : make("script");
    var address = root + path;
    if (style) element.href = address;
    else element.src = KBTrust(address);
    return new Promise(function (done, failed) {
      element.onload = done;
      element.onerror = function () { element.remove(); failed(new Error(path)); };
      document.head.append(element);
    });
  }

  function ways() {
    return make("p", { "class": "kb-search__ways" },
      make("a", { href: data.help }, "Help now"), make("a", { href: link.href }, "A–Z"),
      make("a", { href: data.glossary }, "Glossary"));
  }

  function failed() {
    ready = null; // so that the next opening tries again
    box.querySelector(".kb-search__body").replaceChildren(make("div", { "class": "kb-search__failed", role: "alert" },
      make("p", {}, make("strong", {}, "Search could not be loaded.")),
      make("p", {}, "You may be offline, or the site may be busy. Close this and try again, or look here:"), ways()));
  }

  /* The field can be typed into at once, also on a slow line; a phone shows its keyboard only when it is focused now. */
  function build(head) {
    field = make("input", {
      id: "kb-search-words", "class": "kb-search__field", type: "text", role: "combobox", "aria-autocomplete": "list",
      "aria-expanded": "false", autocomplete: "off", autocapitalize: "none", autocorrect: "off", spellcheck: "false",
      enterkeyhint: "search", placeholder: "A word or a question",
    });
    box = make("div", { "class": "kb-search__box", role: "search" },
      make("div", { "class": "kb-search__bar" }, head, make("div", { "class": "kb-search__line" }, field)),
      make("div", { "class": "kb-search__body" }));
    return box;
  }

  function label() { return make("label", { "for": "kb-search-words", "class": "kb-search__label" }, "Search"); }

  function start() {
    if (ready) return;
    ready = Promise.all([load(data.style), load(data.code), load(data.index)]).then(function () {
      KBSearchScreen.start({
        box: box, field: field, dialog: dialog, root: root, page: new URL(data.page, location.href).href,
        load: load, make: make, ways: ways,
      });
    });
    ready.catch(failed);
  }

  function open() {
    if (place) {
      field.focus();
      return;
    }
    if (!dialog) {
      var away = make("button", { type: "button", "class": "kb-search__close" }, "Close");
      away.addEventListener("click", function () { dialog.close(); });
      dialog = make("dialog", { "class": "kb-search", "aria-label": "Search" }, build(make("div", { "class": "kb-search__head" },
        label(), make("a", { "class": "kb-search__now", href: data.help }, "Help now"), away)));
      dialog.addEventListener("mousedown", function (event) {
        if (event.target === dialog) dialog.close(); // beside the box
      });
      dialog.addEventListener("close", function () {
        if (document.activeElement === document.body) opener.focus(); // some browsers do not focus a pressed button
      });
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
    field.focus();
    field.select();
    start();
  }

  var opener = make("button", { type: "button", "class": link.className, "aria-keyshortcuts": mac ? "Meta+K" : "Control+K" });
  if (!place) opener.setAttribute("aria-haspopup", "dialog");
  opener.append.apply(opener, link.childNodes);
  opener.append(make("kbd", { "aria-hidden": "true" }, mac ? "⌘K" : "Ctrl K"));
  opener.addEventListener("click", open);
  link.replaceWith(opener);
  addEventListener("keydown", function (event) {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(mac ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    open();
  });
  if (place) {
    place.append(build(make("div", { "class": "kb-search__head" }, label())));
    start();
  }
})();
