/* Lists of references, for those with JavaScript: a button that copies a list (with copy.js), and a filter and groups
   on the library's page. Without it the lists stand whole and sorted, and the files of references can be saved. Nothing is stored or sent. */
(function () {
  "use strict";

  var make = kbCopy.make;

  /* What a screen reader hears of "a", "b" and so on, whoever points at them sees. */
  document.querySelectorAll(".kb-reference__back a[aria-label]").forEach(function (link) {
    link.title = link.getAttribute("aria-label");
  });

  var first = document.querySelector("span.kb-reference__text"); // of a reference, not of a short line, which is a link
  var list = first && first.closest(".kb-references");
  document.querySelectorAll(".kb-downloads").forEach(function (line) {
    if (list) line.append(" ", kbCopy.button("Copy as text", "Copy as text", function () {
      var texts = document.querySelectorAll(".kb-references .kb-reference__text");
      return Array.from(texts, function (text, index) { return index + 1 + ". " + text.textContent.trim(); }).join("\n");
    }, list));
  });

  var library = document.querySelector(".kb-library");
  if (!library) return;
  var entries = Array.from(document.querySelectorAll(".kb-library .kb-reference"));
  var home = new Map(entries.map(function (entry) { return [entry, entry.parentElement]; }));
  var tools = make("div", { "class": "kb-library__tools", role: "group", "aria-label": "Find in the library" });
  var label = make("label", {}, "Show works that hold these words " + (list ? "" : "in names or title "));
  var box = make("input", { type: "search", autocomplete: "off" });
  var groupLabel = make("label", {});
  var group = make("input", { type: "checkbox" });
  var count = make("span", { role: "status" });
  var groups = make("div", { "class": "kb-library__groups" });
  label.append(box);
  groupLabel.append(group, " Group by type");
  tools.append(label, groupLabel, count);
  library.before(tools, groups);

  function filter() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    entries.forEach(function (entry) {
      var text = entry.textContent.toLowerCase();
      var fits = words.every(function (word) { return text.indexOf(word) >= 0; });
      entry.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    groups.querySelectorAll("section").forEach(function (section) {
      section.hidden = !section.querySelector(".kb-reference:not([hidden])");
    });
    count.textContent = words.length ? shown + " of " + entries.length + " works" : entries.length + " works";
  }

  function arrange() {
    groups.replaceChildren();
    if (!group.checked) {
      entries.forEach(function (entry) { home.get(entry).append(entry); });
    } else {
      var sections = {};
      entries.filter(function (entry) { return home.get(entry) === library; }).forEach(function (entry) {
        var kind = entry.dataset.kind;
        if (!sections[kind]) {
          sections[kind] = make("ul", { "class": "kb-references" });
          var section = make("section");
          section.append(make("h3", {}, kind), sections[kind]);
          groups.append(section);
        }
        sections[kind].append(entry);
      });
    }
    filter();
  }

  box.addEventListener("input", filter);
  group.addEventListener("change", arrange);
  filter();
})();
