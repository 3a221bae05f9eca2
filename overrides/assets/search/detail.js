/* A result, the query and the page's own words come in; its best section and an honest snippet go out. */
var KBDetail = (function () {
  "use strict";
  var LONG = 170;
  var LEAD = 60;
  var HEADING = 1.6; // what a section calls itself says more than a word in passing

  /* The words that answer the query on this page: Map of word to weight. An idea is sought in the reader's own words and
     their forms where the page has them, and only elsewhere in other words for it. */
  function sought(engine, query, sections) {
    var there = new Set(KBWords.words(sections.map(function (section) { return section[1] + " " + section[2]; }).join(" ")));
    var weights = new Map();
    var telling = function (way) { return way.words.filter(function (word) { return !KBWords.STOP.has(word); }); };
    var said = function (way) {
      var words = telling(way);
      return words.length && words.every(function (word) { return there.has(word); });
    };
    var give = function (ways, weight) {
      ways.filter(said).forEach(function (way) {
        telling(way).forEach(function (word) {
          weights.set(word, Math.max(weights.get(word) || 0, way.weight * weight / way.words.length));
        });
      });
    };
    engine.ideas(engine.mend(KBWords.words(query)).words).forEach(function (idea) {
      var parts = idea.parts || [];
      parts.forEach(function (part) { give(part.ways, part.weight); });
      if (!parts.some(function (part) { return part.ways.some(said); })) give(idea.ways, idea.weight);
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
    var weights = sought(engine, query, sections);
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
      var value = worth(found) + HEADING * worth(heading);
      if (section[0] === "") value *= 1.05; // the top says what the page is about
      if (value > 0 && (!best || value > best.value)) best = { value: value, section: section, found: found };
    });
    if (phrases.length) whole.phrase = kept.every(Boolean);
    if (best) {
      var text = best.section[2];
      if (!best.found.length) { // only its heading says what was sought
        text = best.section[1] + ": " + text;
        best.found = hits(text, weights);
      }
      whole.snippet = snippet(text, best.found);
      if (best.section[0]) whole.section = { id: best.section[0], title: best.section[1] };
    }
    return whole;
  };
})();
