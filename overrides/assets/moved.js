/* On a page that has moved, and where a section has: takes the reader on to where it is now, with the query and the
   section of the address that they followed. Without it, the page's own links lead there. */
(function () {
  "use strict";

  /* The section that the address names, as the page writes it: with its percent signs, or decoded. */
  function section(known) {
    var raw = location.hash.slice(1);
    if (known(raw)) return raw;
    try { return decodeURIComponent(raw); } catch (error) { return raw; }
  }

  function lead(to, sections) {
    var named = section(function (name) { return Object.prototype.hasOwnProperty.call(sections, name); });
    var known = Object.prototype.hasOwnProperty.call(sections, named);
    if (!known && !to) return;
    var parts = (known ? sections[named] : to).split("#");
    var end = parts.length > 1 ? "#" + parts[1] : known ? "" : location.hash;
    location.replace(parts[0] + location.search + end);
  }

  var data = document.currentScript.dataset;
  if (data.to) {
    var gone = JSON.parse(data.gone || "[]");
    var named = section(function (name) { return gone.indexOf(name) >= 0; });
    if (gone.indexOf(named) < 0) lead(data.to, JSON.parse(data.sections || "{}"));
    return;
  }
  var here = document.querySelector(".kb-moved[data-sections]");
  if (!here) return;
  var onward = function () { lead("", JSON.parse(here.dataset.sections)); };
  onward();
  window.addEventListener("hashchange", onward);
})();
