/* Text comes in; its words go out in the one form in which pages and queries are compared. Classic script, no page needed:
   it runs in browsers and, by the very same file, in V8 while the site is built. */
var KBWords = (function () {
  "use strict";
  var WORD = /[\p{L}\p{N}]+(?:['’ʼ`´][\p{L}\p{N}]+)*/gu;
  var MARKS = /\p{M}/gu;
  var STOP = new Set(("a an the and or but of to in on for with at by from into as is are was were be been being am do does did done " +
    "can could will would shall should may might must have has had having i im ive id me my we us our you your he him his she her " +
    "hes shes they them their theyre it its this that these those there theres here what whats which who whos whom whose when " +
    "where wheres why how if then than so such very really just please tell get got getting need want wants like some any also " +
    "dont doesnt didnt isnt arent wasnt cant cannot couldnt wont wouldnt shouldnt havent hasnt up out about").split(" "));

  /* The form in which words are compared: small letters, no accents, no apostrophes, no possessive s. */
  function normal(word) {
    var small = word.normalize("NFKD").replace(MARKS, "").toLowerCase();
    return small.replace(/['’ʼ`´]s$/, "").replace(/['’ʼ`´]/g, "");
  }

  /* Give each word of a text with its place in it: [{word, start, end}]. */
  function places(text) {
    var found = [];
    var match;
    WORD.lastIndex = 0;
    while ((match = WORD.exec(text))) found.push({ word: normal(match[0]), start: match.index, end: match.index + match[0].length });
    return found;
  }

  function words(text) { return places(text).map(function (place) { return place.word; }); }

  /* Forms that no ending explains. */
  var ODD = new Map();
  ("drink drank drunk drunken|feel felt|write wrote written|take took taken|give gave given|find found|keep kept|go went gone goes|make made|" +
    "think thought|die dying died dead death|lose lost|leave left|meet met|run ran|speak spoke spoken|child children|man men|woman women|life lives|" +
    "wife wives|use using used|begin began begun|break broke broken|fall fell fallen|get got gotten|buy bought|bring brought|teach taught|" +
    "fight fought|choose chose chosen|stick stuck|sleep slept|say said|tell told|see saw seen|know knew known|hurt hurting|quit quitting").split("|")
    .forEach(function (line) {
      var forms = line.split(" ");
      forms.forEach(function (form) { ODD.set(form, forms); });
    });

  function odd(word) { return ODD.get(word) || []; }

  /* Keep what a function gave for a word: the same words come again with each key that is pressed. */
  function kept(work) {
    var known = new Map();
    return function (word) {
      var made = known.get(word);
      if (made === undefined) known.set(word, made = work(word));
      return made;
    };
  }

  /* A word without the ending of its number or tense: "meetings" and "meeting", "stopped" and "stop". */
  var stem = kept(function (word) {
    if (ODD.has(word)) return ODD.get(word)[0];
    if (word.length < 4 || /\d/.test(word)) return word;
    var short = word;
    if (/[^aeiou]ies$/.test(short)) short = short.slice(0, -3) + "y";
    else if (/(ss|x|ch|sh|z)es$/.test(short)) short = short.slice(0, -2);
    else if (/[^suiaoe]s$|[aeiou]es$|[^f]oes$|[eoa]s$/.test(short)) short = short.slice(0, -1);
    var bare = short.replace(/(ing|ied|ed)$/, function (end) { return end === "ied" ? "y" : ""; });
    if (bare !== short && bare.length > 2 && /[aeiouy]/.test(bare)) short = bare.replace(/([bdgkmnprtv])\1$/, "$1");
    short = short.length > 4 ? short.replace(/e$/, "") : short;
    return ODD.has(short) ? ODD.get(short)[0] : short;
  });

  /* What words of one family share: "support", "supporter", "supportive"; a looser kin than stem's. */
  var root = kept(function (word) {
    var short = stem(word);
    for (var turn = 0; turn < 3; turn += 1) {
      var next = short.replace(/(isation|ization|ation|ition|ion|ement|ment|ness|ful|less|ally|ly|al|ive|able|ible|ist|er|or|ery|ing|y|e)$/, "");
      if (next === short || next.length < 4) break;
      short = next;
    }
    return short;
  });

  var KIN = ["aeiouy", "ckqsz", "gj", "fv", "td", "mn", "bp"];

  function swap(a, b) {
    return KIN.some(function (kin) { return kin.includes(a) && kin.includes(b); }) ? 0.6 : 1;
  }

  /* Which letters a word has, as bits. */
  var letters = kept(function (word) {
    var bits = 0;
    for (var i = 0; i < word.length; i += 1) bits |= 1 << (word.charCodeAt(i) & 31);
    return bits;
  });

  /* Whether two words have so many letters apart that no few edits lead from one to the other; quick. */
  function unlike(a, b, limit) {
    var apart = letters(a) ^ letters(b);
    var most = limit * 3.4;
    for (var count = 0; apart; count += 1) {
      if (count >= most) return true;
      apart &= apart - 1;
    }
    return false;
  }

  /* Whether two words may start the same way, but for one slip. */
  function starts(typed, word) {
    return typed[0] === word[0] || typed[1] === word[0] || typed[0] === word[1] || swap(typed[0], word[0]) < 1;
  }

  /* How far a typed word is from another: edits (Damerau, 1964: letters put in, left out, changed, two turned round), less
     for letters that sound alike or are doubled, more for another first letter; Infinity when that is above `limit`. */
  function distance(typed, word, limit) {
    var n = typed.length;
    var m = word.length;
    if (typed === word) return 0;
    if (Math.abs(n - m) > limit * 2 || unlike(typed, word, limit)) return Infinity;
    var rows = [[0]];
    for (var j = 1; j <= m; j += 1) rows[0][j] = rows[0][j - 1] + (j > 1 && word[j - 1] === word[j - 2] ? 0.5 : 1);
    for (var i = 1; i <= n; i += 1) {
      var above = rows[i - 1];
      var row = [above[0] + 1];
      var least = row[0];
      var double = i > 1 && typed[i - 1] === typed[i - 2] ? 0.5 : 1;
      for (j = 1; j <= m; j += 1) {
        var same = typed[i - 1] === word[j - 1];
        var cost = same ? above[j - 1] : above[j - 1] + swap(typed[i - 1], word[j - 1]) + (i === 1 && j === 1 ? 0.4 : 0);
        cost = Math.min(cost, above[j] + double, row[j - 1] + (j > 1 && word[j - 1] === word[j - 2] ? 0.5 : 1));
        if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1]) cost = Math.min(cost, rows[i - 2][j - 2] + 0.8);
        row.push(cost);
        if (cost < least) least = cost;
      }
      if (least > limit) return Infinity;
      rows.push(row);
    }
    return rows[n][m] <= limit ? rows[n][m] : Infinity;
  }

  /* The edits that a word of this length may be away from what was meant. */
  function reach(word) { return word.length < 4 ? 0 : word.length < 6 ? 1 : word.length < 9 ? 1.6 : word.length < 12 ? 2 : 3; }

  return { STOP: STOP, places: places, words: words, odd: odd, stem: stem, root: root, starts: starts, distance: distance, reach: reach };
})();
