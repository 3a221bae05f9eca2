/* On a page that has moved, and where a section has: takes the reader on to where it is now, with the query and the
   section of the address that they followed. Without it, the page's own links lead there. */
(function () {
  "use strict";

  function lead(to, sections, stay) {
    var section = "";
    try { section = decodeURIComponent(location.hash.slice(1)); } catch (error) { section = location.hash.slice(1); }
    var known = Object.prototype.hasOwnProperty.call(sections, section);
    if (stay && !known) return;
    var parts = (known ? sections[section] : to).split("#");
    var end = parts.length > 1 ? "#" + parts[1] : location.hash;
    location.replace(parts[0] + location.search + end);
  }

  var data = document.currentScript.dataset;
  if (data.to) {
    lead(data.to, JSON.parse(data.sections || "{}"), false);
    return;
  }
  var here = document.querySelector(".kb-moved[data-sections]");
  if (!here) return;
  var onward = function () { lead("", JSON.parse(here.dataset.sections), true); };
  onward();
  window.addEventListener("hashchange", onward);
})();
