/* A query's words and the words of all pages come in; what the query may mean goes out, as ideas (engine.js): methods of the
   engine, which holds the sorted vocabulary and the terms file's bridge. */
var KBIdeas = (function () {
  "use strict";
  var FORM = 0.85; // another form of the word
  var KIN = 0.5; // another word of its family
  var SPELT = 0.8; // what was probably meant
  var FORMS = 8;
  var STARTS = 12;
  var engine = {};

  /* ── The words that pages use ──────────────────────────────────────────────────────────────────────────────────── */

  /* Where a word stands or would stand in the sorted vocabulary. */
  engine.place = function (word) {
    var low = 0;
    var high = this.vocabulary.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (this.vocabulary[middle] < word) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  engine.has = function (word) { return this.vocabulary[this.place(word)] === word; };

  engine.knows = function (word) { return KBWords.STOP.has(word) || this.has(word) || this.bridge.stems.has(KBWords.stem(word)); };

  engine.starting = function (start) {
    var from = this.place(start);
    var to = from;
    while (to < this.vocabulary.length && this.vocabulary[to].startsWith(start)) to += 1;
    return this.vocabulary.slice(from, to);
  };

  /* In how many pages a word stands, by the field in which most have it. */
  engine.pagesWith = function (word) {
    var known = this.spread.get(word);
    if (known !== undefined) return known;
    var place = this.place(word);
    known = 0;
    if (this.vocabulary[place] === word) this.places[place].split(/[!-/]/).forEach(function (field) {
      known = Math.max(known, field.replace(/[0-9]/g, "").length);
    });
    this.spread.set(word, known);
    return known;
  };

  /* How much a word tells: little for one on every page (Spärck Jones, 1972), next to nothing for "the" or "how". */
  engine.weight = function (word) {
    if (KBWords.STOP.has(word)) return 0.15;
    return Math.log(1 + this.pages.length / (this.pagesWith(word) + 0.5));
  };

  /* Give the words that were probably meant by one that no page uses: [[word, likeness]], nearest first, three at most. */
  engine.spelt = function (typed) {
    var limit = KBWords.reach(typed);
    if (!limit) return [];
    var self = this;
    var found = [];
    var measure = function (word) {
      if (Math.abs(word.length - typed.length) > 3 || !KBWords.starts(typed, word)) return; // spares nearly all
      if (word.length < 3 || KBWords.STOP.has(word) && word.length < 5) return;
      var far = KBWords.distance(typed, word, limit);
      if (far < Infinity) found.push([word, far - Math.min(0.3, self.pagesWith(word) / 300)]);
    };
    this.vocabulary.forEach(measure);
    this.bridge.words.forEach(function (word) { if (!self.has(word)) measure(word); });
    found.sort(function (a, b) { return a[1] - b[1] || (a[0] < b[0] ? -1 : 1); });
    return found.filter(function (item) { return item[1] <= found[0][1] + 0.35; }).slice(0, 3);
  };

  /* Give the ways in which pages may write a word: [{words, weight}]; the last word may be a beginning. */
  engine.ways = function (word, last) {
    var ways = this.has(word) ? [{ words: [word], weight: 1 }] : [];
    var stem = KBWords.stem(word);
    var root = KBWords.root(word);
    var kin = this.starting(root.slice(0, Math.max(3, root.length - 1))).filter(function (other) {
      return other !== word && KBWords.root(other) === root;
    });
    KBWords.odd(word).forEach(function (other) {
      if (other !== word && kin.indexOf(other) < 0 && this.has(other)) kin.unshift(other);
    }, this);
    kin.slice(0, FORMS * 2).forEach(function (other) {
      ways.push({ words: [other], weight: KBWords.stem(other) === stem ? FORM : KIN });
    });
    if (last && word.length > 1) {
      var self = this;
      var begun = this.starting(word).filter(function (other) { return other !== word; });
      begun.sort(function (a, b) { return self.pagesWith(b) - self.pagesWith(a) || (a < b ? -1 : 1); });
      begun.slice(0, STARTS).forEach(function (other) {
        ways.push({ words: [other], weight: Math.max(0.3, FORM * word.length / other.length) });
      });
    }
    return ways;
  };

  /* ── The query ─────────────────────────────────────────────────────────────────────────────────────────────────── */

  /* Mend the spelling of words that neither pages nor the terms file know; the last may still be growing. */
  engine.mend = function (words) {
    var self = this;
    var changed = false;
    var mended = [];
    words.forEach(function (word, place) {
      var growing = place === words.length - 1 && self.starting(word).length;
      var spelt = self.knows(word) || growing || self.ways(word, false).length ? [] : self.halves(word) || self.spelt(word);
      if (spelt.length) changed = true;
      mended.push({ word: spelt.length ? spelt[0][0] : word, meant: spelt, typed: word });
    });
    return { words: mended, corrected: changed ? mended.map(function (item) { return item.word; }).join(" ") : "" };
  };

  /* Two words that were typed as one: "selfhelp". */
  engine.halves = function (word) {
    for (var cut = 3; cut <= word.length - 3; cut += 1) {
      var first = word.slice(0, cut);
      var second = word.slice(cut);
      if (this.pagesWith(first) > 1 && this.pagesWith(second) > 1) return [[first + " " + second, 0]];
    }
    return null;
  };

  /* Turn mended words into ideas: [{weight, ways}]. */
  engine.ideas = function (mended) {
    var self = this;
    var flat = [];
    mended.forEach(function (item) {
      item.word.split(" ").forEach(function (word) { flat.push({ word: word, meant: item.meant.slice(1) }); });
    });
    var words = flat.map(function (item) { return item.word; });
    var telling = words.some(function (word) { return !KBWords.STOP.has(word); });
    var ideas = [];
    var groups = this.bridge.groups(words);
    for (var place = 0; place < words.length;) {
      var group = groups[place];
      var count = group ? group.count : 1;
      var own = words.slice(place, place + count).filter(function (word) { return !telling || count > 1 || !KBWords.STOP.has(word); });
      if (own.length) ideas.push(this.idea(own, group, flat, place, place + count === words.length));
      place += count;
    }
    words.forEach(function (word, at) { // "child care" for "childcare"
      var joined = at && words[at - 1] + word;
      if (joined && self.has(joined)) ideas.push({ weight: self.weight(joined) * 0.6, own: [], ways: [{ words: [joined], weight: FORM }] });
    });
    return ideas;
  };

  engine.idea = function (own, group, flat, place, last) {
    var self = this;
    var single = own.length === 1;
    var weight = own.reduce(function (sum, word) { return sum + self.weight(word); }, 0);
    var parts = own.map(function (word, at) {
      var ways = self.ways(word, last && at === own.length - 1);
      if (single) flat[place].meant.forEach(function (item) { ways.push({ words: [item[0]], weight: SPELT }); });
      return { weight: self.weight(word), ways: ways };
    });
    var others = [];
    (group ? group.others : []).forEach(function (other) {
      others.push({ words: other.words, weight: other.weight });
    });
    return { weight: weight, own: own, parts: parts, ways: single ? parts[0].ways.concat(others) : others };
  };

  return engine;
})();
