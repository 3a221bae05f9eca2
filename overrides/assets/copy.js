/* A text comes in; it goes to the clipboard, and the reader is told so in words. Where a browser does not allow that (a
   page without https, a refused permission), the text lies selected, ready for the reader's own way of copying.
   For sharing.js and references.js, which load after it. Nothing is stored or sent. */
var kbCopy = (function () {
  "use strict";
  var SELECTED = "Selected: now copy it as you copy any text";
  var SOON = 100; // milliseconds: some screen readers pass over a text that goes and comes back at once
  var waiting;

  function make(tag, properties, text) {
    var element = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) { element.setAttribute(name, properties[name]); });
    if (text) element.textContent = text;
    return element;
  }

  /* A place whose words are read out when they change. No role=status: some screen readers name each, also when empty. */
  function told(tag, more) {
    return make(tag, { "aria-live": "polite", "aria-atomic": "true", "class": "kb-copy__said" + (more || "") });
  }

  /* Select what stands in an element or a field. */
  function select(element) {
    if (element.select) {
      element.focus();
      element.select();
    } else {
      getSelection().selectAllChildren(element);
    }
  }

  /* Copy a text, and hand to `said` what happened, which then stands nowhere else: what was copied before is not on
     the clipboard any more. `shown` is an element or a field that holds the same text: it gets selected when the
     clipboard is closed, and the older way of copying, which needs a selection, is tried; where that copies, the focus
     goes back to `press`, which the reader pressed. */
  function copy(text, shown, press, said) {
    function tell(words) {
      clearTimeout(waiting);
      waiting = setTimeout(function () { said(words); }, SOON);
    }
    function failed() {
      select(shown);
      var copied = document.execCommand("copy");
      if (copied) press.focus({ preventScroll: true });
      tell(copied ? "Copied" : SELECTED);
    }
    clearTimeout(waiting);
    document.querySelectorAll(".kb-copy__said").forEach(function (status) { status.textContent = ""; });
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(function () { tell("Copied"); }, failed);
    else failed();
  }

  /* A button that copies what `read` gives, and says so beside itself; `name` is its name for those who do not see
     what it stands by. */
  function button(label, name, read, shown) {
    var press = make("button", { type: "button", "class": "kb-copy", "aria-label": name }, label);
    var status = told("span");
    press.addEventListener("click", function () {
      copy(read(), shown, press, function (words) { status.textContent = words; });
    });
    var both = make("span", { "class": "kb-copy__both" });
    both.append(press, " ", status);
    return both;
  }

  return { make: make, told: told, copy: copy, button: button };
})();
