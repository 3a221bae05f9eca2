/* "Leave this site": the page is blank at once, and the way back does not lead to it. History and the host still know of
   the visit, and the words beside the link say so. Without this file the link leads to the same place. */
(function () {
  "use strict";
  document.querySelectorAll(".kb-leave > a").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      document.documentElement.hidden = true;
      document.title = "…";
      location.replace(link.href);
    });
  });
  // A page that the browser had kept as it was comes back to be read.
  addEventListener("pageshow", function (event) { if (event.persisted) document.documentElement.hidden = false; });
})();
