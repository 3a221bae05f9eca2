/* The search index comes in; pages that answer a query go out, best first, with their reasons. No page, no network, no
   memory of what was asked: the same file runs in browsers, from disk, and in V8 while the site is built and tested.

   A query becomes ideas. An idea is a word, or several that the terms file knows together ("a lift to a meeting"), with all
   the ways in which pages may say it: other forms, other words, what was probably meant. A page scores for each idea by the best
   of these ways, in MiniSearch's BM25+ over its fields, and for how well one of its names (title, aliases) fits all that was asked. */
var KBSearch = (function () {
  "use strict";
  var FIELDS = { title: 8, aliases: 4, headings: 3, summary: 1.5, terms: 2, text: 1 };
  var BM25 = { k: 1.2, b: 0.5, d: 0.5 };
  var EXPLAINED = 0.85; // a term that a page explains, beside a name of its own
  var SIGN = 33; // where the letters of pack() start: signs, figures, steps
  var FIGURE = 48;
  var STEP = 64;
  var LITTLE = 0.15; // the weight of a word such as "the"
  var ASKED = 2.25; // the square of 1.5: so much more than the rest of a name counts the share of what was asked
  var NONE = new Map();
  var NAME = 1.6; // the weight of a name that fits, beside 1 for the best of all texts

  function options() {
    return {
      idField: "id",
      fields: Object.keys(FIELDS),
      tokenize: KBWords.words,
      processTerm: function (word) { return word; },
      searchOptions: { boost: FIELDS, bm25: BM25, prefix: false, fuzzy: false },
      autoVacuum: false,
    };
  }

  /* Give the index over pages ([{id, title, aliases, headings, summary, terms, text}]) as text, the same for the same pages. */
  function build(pages) {
    var mini = new MiniSearch(options());
    mini.addAll(pages);
    var made = JSON.parse(JSON.stringify(mini));
    made.index.sort(function (a, b) { return a[0] < b[0] ? -1 : 1; });
    var words = made.index.map(function (entry) { return entry[0]; }).join(" ");
    var places = made.index.map(function (entry) { return pack(entry[1]); }).join(" ");
    made.index = [];
    return JSON.stringify({ words: words, places: places, rest: made });
  }

  /* Where a word stands, as a short text: for each field a sign, then for each page a letter for how many pages on it is, and a
     figure if the word stands there more than once (9: or more). A third of MiniSearch's own form, and read only when needed. */
  function pack(fields) {
    return Object.keys(fields).map(function (field) {
      var last = -1;
      return String.fromCharCode(SIGN + Number(field)) + Object.keys(fields[field]).map(Number).sort(function (a, b) { return a - b; })
        .map(function (page) {
          var step = page - last;
          var count = Math.min(9, fields[field][page]);
          last = page;
          return String.fromCharCode(STEP + step) + (count > 1 ? count : "");
        }).join("");
    }).join("");
  }

  /* The same back, as MiniSearch keeps it: {field: {page: count}}. */
  function unpack(text) {
    var fields = {};
    var pages;
    var page;
    for (var at = 0; at < text.length; at += 1) {
      var code = text.charCodeAt(at);
      if (code > STEP) pages[page += code - STEP] = 1;
      else if (code >= FIGURE) pages[page] = code - FIGURE;
      else { pages = fields[code - SIGN] = {}; page = -1; }
    }
    return fields;
  }

  function Engine(index) {
    var kept = JSON.parse(index.mini);
    this.index = index;
    this.pages = index.pages;
    this.filters = index.filters;
    this.help = index.help;
    this.texts = index.texts;
    this.rest = kept.rest;
    this.vocabulary = kept.words.split(" ");
    this.places = kept.places.split(" ");
    this.spread = new Map();
    this.bridge = new KBTerms(index.terms);
    this.scores = new Map();
    this.crisis = new KBCrisis(index.crisis);
  }

  var engine = Engine.prototype;
  Object.assign(engine, KBIdeas); // what a query may mean

  /* ── Scores ────────────────────────────────────────────────────────────────────────────────────────────────────── */

  /* Hand MiniSearch the words of a query that have not been asked for yet, and keep how it scores each. */
  engine.prepare = function (ideas) {
    var wanted = new Set();
    var self = this;
    var gather = function (idea) {
      idea.ways.forEach(function (way) { way.words.forEach(function (word) { if (!self.scores.has(word)) wanted.add(word); }); });
      (idea.parts || []).forEach(gather);
    };
    if (this.scores.size > 2000) this.scores.clear();
    ideas.forEach(gather);
    var known = Array.from(wanted).filter(function (word) { return self.has(word); });
    if (!known.length) return;
    var index = known.map(function (word) { return [word, unpack(self.places[self.place(word)])]; });
    var mini = MiniSearch.loadJS(Object.assign({}, this.rest, { index: index }), options());
    known.forEach(function (word) {
      var pages = new Map();
      mini.search(word).forEach(function (found) { pages.set(found.id, { score: found.score, fields: found.match[word] }); });
      self.scores.set(word, pages);
    });
  };

  /* Give the pages in which a word stands: Map of page to {score, fields}. */
  engine.score = function (word) { return this.scores.get(word) || NONE; };

  /* Give the pages that say an idea in one of its ways: Map of page to {score, term, fields}. */
  engine.sayers = function (ways) {
    var best = new Map();
    ways.forEach(function (way) {
      var sets = way.words.filter(function (word) { return way.words.length === 1 || !KBWords.STOP.has(word); }).map(this.score, this);
      if (!sets.length) return;
      sets[0].forEach(function (found, page) {
        var sum = 0;
        for (var i = 0; i < sets.length; i += 1) {
          if (!sets[i].has(page)) return;
          sum += sets[i].get(page).score;
        }
        var score = way.weight * sum / Math.sqrt(sets.length);
        if (!best.has(page) || best.get(page).score < score) best.set(page, { score: score, term: way.words.join(" "), fields: found.fields });
      });
    }, this);
    return best;
  };

  engine.total = function (ideas) {
    var pages = new Map();
    var sum = ideas.reduce(function (all, idea) { return all + idea.weight; }, 0) || 1;
    var add = function (page, found, share) {
      var entry = pages.get(page) || { score: 0, covered: 0, why: [] };
      entry.score += found.score;
      entry.covered += share;
      entry.why.push({ field: found.fields[0], term: found.term, score: found.score });
      pages.set(page, entry);
    };
    ideas.forEach(function (idea) {
      var whole = this.sayers(idea.ways);
      var parts = idea.parts && idea.parts.length > 1 ? this.total(idea.parts) : new Map();
      new Set(Array.from(whole.keys()).concat(Array.from(parts.keys()))).forEach(function (page) {
        var one = whole.get(page);
        var many = parts.get(page);
        if (!many || one && one.score >= many.score) add(page, one, idea.weight / sum);
        else add(page, { score: many.score, term: idea.own.join(" "), fields: [many.why[0].field] }, many.covered * idea.weight / sum);
      });
    }, this);
    pages.forEach(function (entry) { entry.score *= Math.sqrt(Math.min(1, entry.covered)); });
    return pages;
  };

  /* ── Names ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

  /* Names by the stems of their words, read when the first query comes: Map of stem to [name]. */
  engine.byStem = function () {
    if (this.names) return this.names;
    var names = this.names = new Map();
    var self = this;
    this.pages.forEach(function (page, number) {
      page.names.concat(page.terms).forEach(function (text, place) {
        var words = KBWords.words(text);
        var name = {
          page: number, name: text, worth: place < page.names.length ? 1 : EXPLAINED, roots: words.map(KBWords.stem),
          weights: words.map(function (word) { return self.weight(word); }),
        };
        name.roots.forEach(function (stem) {
          var held = names.get(stem);
          if (!held) names.set(stem, held = []);
          if (held[held.length - 1] !== name) held.push(name);
        });
      });
    });
    return names;
  };

  /* The name of each page that fits what was asked best: Map of page to {fit, name}. */
  engine.called = function (asked) {
    var names = this.byStem();
    var weight = asked.reduce(function (sum, idea) { return sum + idea.weight; }, 0);
    var near = new Set();
    var telling = asked.some(function (idea) { return idea.weight > LITTLE; });
    asked.forEach(function (idea) {
      if (!telling || idea.weight > LITTLE) idea.ways.forEach(function (way) {
        (names.get(way.stems[0]) || []).forEach(function (name) { near.add(name); });
      });
    });
    var best = new Map();
    near.forEach(function (name) {
      var fit = name.worth * this.fit(name, asked, weight);
      if (fit && (!best.has(name.page) || best.get(name.page).fit < fit)) best.set(name.page, { fit: fit, name: name.name });
    }, this);
    return best;
  };

  /* How well a name says all that was asked and nothing else, 0 to 1: the harmonic mean of both shares
     (van Rijsbergen's F, 1979), in which what was asked counts more. */
  engine.fit = function (name, ideas, asked) {
    var used = name.roots.map(function () { return 0; });
    var said = 0;
    ideas.forEach(function (idea) {
      var best = 0;
      var marks = [];
      idea.ways.forEach(function (way) {
        var at = way.stems.map(function (root) { return name.roots.indexOf(root); });
        if (way.weight > best && at.every(function (index) { return index >= 0; })) { best = way.weight; marks = at; }
      });
      marks.forEach(function (index) { used[index] = Math.max(used[index], best); });
      said += idea.weight * best;
    });
    var held = 0;
    var all = 0;
    name.weights.forEach(function (weight, index) { all += weight; held += weight * used[index]; });
    return said && held ? (1 + ASKED) * (said / asked) * (held / all) / (said / asked + ASKED * held / all) : 0;
  };

  /* The ideas as names are compared: each word for itself, and the terms file's other ways for several words. */
  engine.asked = function (ideas, words) {
    var flat = [];
    ideas.forEach(function (idea) {
      var own = idea.parts || [];
      if (own.length > 1) {
        flat.push({ weight: idea.weight, ways: idea.ways.concat([{ words: idea.own, weight: 1 }]) });
      } else if (own.length) flat.push({ weight: idea.weight, ways: idea.ways });
    });
    var self = this;
    if (words) words.filter(function (word) { return KBWords.STOP.has(word); }).forEach(function (word) {
      flat.push({ weight: self.weight(word), ways: [{ words: [word], weight: 1 }] });
    });
    flat.forEach(function (idea) {
      idea.ways = idea.ways.map(function (way) {
        return { words: way.words, weight: way.weight, stems: way.words.map(KBWords.stem) };
      });
    });
    return flat;
  };

  /* ── The answer ────────────────────────────────────────────────────────────────────────────────────────────────── */

  engine.find = function (query, want) {
    want = want || {};
    var typed = KBWords.words(query);
    var mended = want.exact ? { words: typed.map(function (word) { return { word: word, meant: [], typed: word }; }), corrected: "" } : this.mend(typed);
    var crisis = this.crisis.speaks(query);
    var ideas = this.ideas(mended.words);
    var found = this.rank(ideas, mended.words.map(function (item) { return item.word; }));
    found = this.quoted(found, query);
    if (crisis && this.help) found = this.helpFirst(found);
    var results = found.map(this.result, this).filter(function (result) {
      return ["section", "kind", "stage"].every(function (name) {
        return !want[name] || [].concat(result[name], result[name + "s"] || []).includes(want[name]);
      });
    });
    if (!results.length && typed.length) results = this.waysOn();
    return { crisis: crisis, corrected: mended.corrected, results: results };
  };

  engine.rank = function (ideas, words) {
    this.prepare(ideas);
    var pages = this.total(ideas);
    var asked = this.asked(ideas, words);
    var named = this.called(asked);
    var most = 0;
    pages.forEach(function (entry) { most = Math.max(most, entry.score); });
    var self = this;
    var found = [];
    pages.forEach(function (entry, page) {
      var best = named.get(page) || { fit: 0, name: "" };
      var why = entry.why.slice();
      var text = entry.score / most;
      if (best.fit) why.push({ field: "name", term: best.name, score: NAME * Math.pow(best.fit, 1.5) });
      found.push({ page: page, score: (text + NAME * Math.pow(best.fit, 1.5)) * (self.pages[page].prior || 1), why: why });
    });
    return found.sort(function (a, b) { return b.score - a.score || a.page - b.page; });
  };

  /* Words in quotes must all stand in the page; detail() then looks for the phrase itself. */
  engine.quoted = function (found, query) {
    var self = this;
    KBPhrases(query).forEach(function (phrase) {
      phrase.forEach(function (word) {
        self.prepare([{ ways: [{ words: [word] }] }]);
        if (self.has(word)) found = found.filter(function (item) { return self.score(word).has(item.page); });
        else found = [];
      });
    });
    return found;
  };

  engine.helpFirst = function (found) {
    var page = this.index.helpPage;
    var most = found.length ? found[0].score : 0;
    var rest = found.filter(function (item) { return item.page !== page; });
    return [{ page: page, score: most + 1, why: [{ field: "crisis", term: "", score: most + 1 }] }].concat(rest);
  };

  engine.result = function (item) {
    var page = this.pages[item.page];
    return {
      page: item.page, url: page.url, title: page.title, crumbs: page.crumbs, kind: page.kinds[0] || "", kinds: page.kinds,
      stage: page.stages[0] || "", stages: page.stages, section: page.section, summary: page.summary, chunk: page.chunk,
      score: item.score, why: item.why,
    };
  };

  /* Where nothing is near: the A–Z, help and home, said to be no answer. */
  engine.waysOn = function () {
    return this.index.ways.map(function (page) {
      return Object.assign(this.result({ page: page, score: 0, why: [] }), { fallback: true });
    }, this);
  };

  engine.detail = function (result, query, text) { return KBDetail(this, result, query, text); };

  return { build: build, open: function (index) { return new Engine(index); } };
})();
