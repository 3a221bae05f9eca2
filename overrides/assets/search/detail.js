/* A result, the query and the page's own words come in; its best section and an honest snippet go out. */
var KBDetail = (function () {
  "use strict";
  var LONG = 170;
  var LEAD = 60;

  /* The words that answer the query in the index's vocabulary: Map of word to weight. */
  function sought(engine, query) {
    var mended = engine.mend(KBWords.words(query)).words;
    var weights = new Map();
    var give = function (words, weight) {
      words.forEach(function (word) { if (!KBWords.STOP.has(word)) weights.set(word, Math.max(weights.get(word) || 0, weight)); });
    };
    engine.ideas(mended).forEach(function (idea) {
      idea.ways.forEach(function (way) { give(way.words, way.weight * idea.weight / way.words.length); });
      (idea.parts || []).forEach(function (part) {
        part.ways.forEach(function (way) { give(way.words, way.weight * part.weight); });
      });
    });
    return weights;
  }

  /* Where the words stand in a text: [{start, end, word, weight}]. */
  function hits(text, weights) {
    return KBWords.places(text).filter(function (place) { return weights.has(place.word); }).map(function (place) {
      return Object.assign(place, { weight: weights.get(place.word) });
    });
  }

  /* How well a passage answers: each word once, a little for its repeats. */
  function worth(found) {
    var seen = new Map();
    found.forEach(function (hit) { seen.set(hit.word, (seen.get(hit.word) || 0) + 1); });
    var sum = 0;
    found.forEach(function (hit) {
      var count = seen.get(hit.word);
      sum += hit.weight * (1 + Math.log(count)) / count;
    });
    return sum;
  }

  function phraseAt(text, phrase) {
    var places = KBWords.places(text);
    for (var at = 0; at + phrase.length <= places.length; at += 1) {
      if (phrase.every(function (word, index) { return places[at + index].word === word; })) {
        return { start: places[at].start, end: places[at + phrase.length - 1].end, word: phrase.join(" "), weight: 100 };
      }
    }
    return null;
  }

  /* Cut the passage of a text that says most of what was sought, at word ends, with its words marked. */
  function snippet(text, found) {
    var best = { from: 0, worth: -1 };
    found.forEach(function (hit) {
      var near = found.filter(function (other) { return other.start >= hit.start && other.end <= hit.start + LONG - LEAD; });
      var value = worth(near);
      if (value > best.worth) best = { from: hit.start, worth: value };
    });
    var from = best.from <= LEAD ? 0 : text.indexOf(" ", best.from - LEAD) + 1;
    var sentence = text.slice(from, best.from).search(/[.!?] (?=\S)/);
    if (from && sentence >= 0) from += sentence + 2;
    var to = text.length - from <= LONG ? text.length : text.lastIndexOf(" ", from + LONG);
    if (to <= from) to = Math.min(text.length, from + LONG);
    var parts = [];
    var at = from;
    var say = function (words, mark) { if (words) parts.push({ text: words, mark: mark }); };
    if (from) say("… ", false);
    found.forEach(function (hit) {
      if (hit.start < at || hit.end > to) return;
      say(text.slice(at, hit.start), false);
      say(text.slice(hit.start, hit.end), true);
      at = hit.end;
    });
    say(text.slice(at, to), false);
    if (to < text.length) say(" …", false);
    return parts;
  }

  /* `texts` holds pages: {page: [[id, title, text], …]}, the top of the page first with an empty id. */
  return function (engine, result, query, texts) {
    var sections = texts[result.page] || [];
    var weights = sought(engine, query);
    var phrases = KBPhrases(query);
    var whole = { section: null, snippet: [] };
    var best = null;
    var kept = phrases.map(function () { return false; });
    sections.forEach(function (section) {
      var found = hits(section[2], weights);
      var heading = hits(section[1], weights);
      phrases.forEach(function (phrase, index) {
        var at = phraseAt(section[2], phrase);
        if (at || phraseAt(section[1], phrase)) kept[index] = true;
        if (at) found = found.filter(function (hit) { return hit.end <= at.start || hit.start >= at.end; }).concat([at]);
      });
      found.sort(function (a, b) { return a.start - b.start; });
      var value = worth(found) + 0.8 * worth(heading);
      if (section[0] === "") value *= 1.05; // the top says what the page is about
      if (value > 0 && (!best || value > best.value)) best = { value: value, section: section, found: found };
    });
    if (phrases.length) whole.phrase = kept.every(Boolean);
    if (best) {
      whole.snippet = snippet(best.section[2], best.found);
      if (best.section[0]) whole.section = { id: best.section[0], title: best.section[1] };
    }
    return whole;
  };
})();
