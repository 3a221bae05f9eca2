/* While the menu lies over the page, what is beneath it cannot be reached; without this file Escape closes it as well. */
(function () {
  "use strict";
  var menu = document.getElementById("kb-menu");
  if (!menu || !("popover" in menu)) return;
  function rest(inert) {
    document.querySelectorAll(".kb-skip, .kb-top, .kb-strip, main, .kb-footer").forEach(function (part) {
      part.inert = inert;
    });
  }
  menu.addEventListener("toggle", function (event) { rest(event.newState === "open"); });
  // Before it closes, so that the browser can give the focus back to the button that opened it.
  menu.addEventListener("beforetoggle", function (event) { if (event.newState === "closed") rest(false); });
  matchMedia("(min-width: 76.25em)").addEventListener("change", function () { menu.hidePopover(); });
})();
