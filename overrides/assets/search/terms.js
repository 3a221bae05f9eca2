/* The terms file, the crisis words and a query come in; other words for it, a call for help, and its phrases go out. */
var KBTerms = (function () {
  "use strict";
  var LITTLE = new Set(["a", "an", "the", "my", "your", "his", "her", "their", "our"]);

  /* Expressions as lists of stems, without articles: "a lift to a meeting" and "lifts to meetings" are one. */
  function key(words) {
    return words.filter(function (word) { return !LITTLE.has(word); }).map(KBWords.stem).join(" ");
  }

  /* sets: [{same: [expression], near: [expression]}]. Words of `same` stand for each other; those of `near` lead to `same` only. */
  function Terms(sets) {
    this.sets = sets;
    this.words = new Set();
    this.stems = new Set();
    this.byKey = new Map();
    this.longest = 1;
    sets.forEach(function (set, number) {
      set.same.concat(set.near).forEach(function (expression) {
        var words = KBWords.words(expression);
        var known = key(words);
        words.forEach(function (word) {
          this.words.add(word);
          this.stems.add(KBWords.stem(word));
        }, this);
        this.longest = Math.max(this.longest, words.length);
        if (!this.byKey.has(known)) this.byKey.set(known, []);
        this.byKey.get(known).push(number);
      }, this);
    }, this);
  }

  /* Find expressions in the query, longest first: {place: {count, others: [{words, weight}]}}. */
  Terms.prototype.groups = function (words) {
    var groups = {};
    for (var place = 0; place < words.length; place += 1) {
      for (var count = Math.min(this.longest + 2, words.length - place); count; count -= 1) {
        var part = words.slice(place, place + count);
        if (LITTLE.has(part[0]) || LITTLE.has(part[count - 1])) continue;
        var sets = this.byKey.get(key(part));
        if (!sets) continue;
        groups[place] = { count: count, others: this.others(sets, key(part)) };
        place += count - 1;
        break;
      }
    }
    return groups;
  };

  Terms.prototype.others = function (sets, own) {
    var others = [];
    sets.forEach(function (number) {
      var set = this.sets[number];
      var near = !set.same.some(function (expression) { return key(KBWords.words(expression)) === own; });
      set.same.forEach(function (expression) {
        var words = KBWords.words(expression).filter(function (word) { return !LITTLE.has(word); });
        if (key(words) !== own) others.push({ words: words, weight: near ? 0.55 : 0.75 });
      });
    }, this);
    return others;
  };

  return Terms;
})();

var KBCrisis = (function () {
  "use strict";

  /* A word as typed may stand for one of a rule: the same, or spelt wrongly when the rule lets it be. */
  function like(typed, word, typo) {
    if (typed === word) return true;
    if (!typo || word.length < 3 || typed.length < word.length - 2) return false;
    return KBWords.distance(typed, word, word.length < 5 ? 0.5 : word.length < 6 ? 1 : word.length < 8 ? 1.2 : 2) < Infinity;
  }

  /* rules: [{text, typo, gap, whole}]: the words of the text in this order, with `gap` others between two of them at most,
     or, if `whole`, nothing but them. */
  function Crisis(rules) {
    this.rules = rules.map(function (rule) { return Object.assign({ words: KBWords.words(rule.text) }, rule); });
  }

  function follows(rule, words, from, place) {
    if (place === rule.words.length) return true;
    var last = place ? Math.min(words.length, from + rule.gap + 1) : words.length;
    for (var at = from; at < last; at += 1) {
      if (like(words[at], rule.words[place], rule.typo) && follows(rule, words, at + 1, place + 1)) return true;
    }
    return false;
  }

  /* Say whether a query may be a call for help: as typed, with apostrophes as gaps ("od'd"), and with two words as one. */
  Crisis.prototype.speaks = function (query) {
    var typed = [KBWords.words(query), KBWords.words(query.replace(/['’ʼ`´]/g, " "))];
    var joined = typed[0].slice(1).map(function (word, at) { return typed[0][at] + word; });
    typed.push(joined.filter(function (word) { return word.length > 5; }));
    return this.rules.some(function (rule) {
      return typed.some(function (words) {
        return (!rule.whole || words.length === rule.words.length) && follows(rule, words, 0, 0);
      });
    });
  };

  return Crisis;
})();

/* Give the phrases that stand in quotes in a query, as lists of words. */
function KBPhrases(query) {
  "use strict";
  var found = [];
  query.replace(/["“”„«»]([^"“”„«»]+)["“”„«»]/g, function (_, phrase) { found.push(KBWords.words(phrase)); });
  return found.filter(function (phrase) { return phrase.length; });
}
