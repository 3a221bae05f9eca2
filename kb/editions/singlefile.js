/* Search in the single file: it reads the pages it stands in, so there is no index to carry. Without it all can be read. */
(function () {
  "use strict";
  var box = document.getElementById("search");
  var input = document.getElementById("find");
  var said = document.getElementById("said");
  var found = document.getElementById("found");
  var MOST = 20;
  var parts = null;

  /* "Recuperación" is found by "recuperacion". */
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function add(title, heading, id, text) {
    var clean = text.replace(/\s+/g, " ").trim();
    parts.push({ title: title, heading: heading, id: id, text: clean, folded: fold(clean), head: fold(heading || title) });
  }

  /* A part is a heading with all that follows it up to the next one. */
  function read() {
    parts = [];
    document.querySelectorAll("main > .leaf > article").forEach(function (page) {
      var title = page.querySelector("h1").textContent.trim();
      var walker = document.createTreeWalker(page, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      var heading = "", id = page.parentNode.id, text = "", node;
      while ((node = walker.nextNode())) {
        if (node.nodeType === Node.TEXT_NODE) {
          if (!node.parentNode.closest("svg, .colophon, h1, h2, h3, dt")) { text += node.data; }
        } else if (/^(H2|H3|DT)$/.test(node.tagName) && node.id) {
          add(title, heading, id, text);
          heading = node.textContent.trim();
          id = node.id;
          text = "";
        } else { text += " "; }
      }
      add(title, heading, id, text);
    });
  }

  function score(part, words) {
    var total = 0;
    for (var i = 0; i < words.length; i += 1) {
      var at = part.folded.indexOf(words[i]);
      var inHead = part.head.indexOf(words[i]) >= 0;
      if (at < 0 && !inHead) { return 0; }
      total += (inHead ? 10 : 0) + Math.min(part.folded.split(words[i]).length - 1, 5);
    }
    return total;
  }

  /* Some whole words from a little before a place on. */
  function around(text, at) {
    var start = at > 40 ? text.lastIndexOf(" ", at - 40) + 1 : 0;
    var end = text.length > start + 150 ? text.lastIndexOf(" ", start + 150) : text.length;
    return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
  }

  function line(part, word) {
    var item = document.createElement("li");
    var link = document.createElement("a");
    link.href = "#" + part.id;
    link.textContent = part.heading && part.heading !== part.title ? part.title + ": " + part.heading : part.title;
    var words = document.createElement("p");
    words.textContent = around(part.text, Math.max(part.folded.indexOf(word), 0));
    item.append(link, words);
    return item;
  }

  function show() {
    var words = fold(input.value).split(/\s+/).filter(Boolean);
    found.replaceChildren();
    if (!words.length) { said.textContent = ""; return; }
    if (!parts) { read(); }
    var hits = parts.map(function (part) { return { part: part, score: score(part, words) }; });
    hits = hits.filter(function (hit) { return hit.score; }).sort(function (a, b) { return b.score - a.score; });
    said.textContent = hits.length
      ? (hits.length > MOST ? "The best " + MOST + " of " + hits.length + " places." : hits.length + (hits.length > 1 ? " places." : " place."))
      : "Nothing found. Try fewer or other words, or the Contents below. In danger now: call 999 (UK) or 911 (USA).";
    hits.slice(0, MOST).forEach(function (hit) { found.append(line(hit.part, words[0])); });
  }

  input.addEventListener("input", show);
  box.hidden = false;
})();
