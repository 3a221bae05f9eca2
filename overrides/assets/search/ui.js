/* Words that a reader types come in; the engine's answer goes out as an editable combobox with a list of pages, as the
   ARIA Authoring Practices describe it: focus stays in the field, each result is a real link, so that a middle click or a
   long press does what it does elsewhere. Help with numbers stands before any result. Nothing typed is stored, sent, or
   put into the address; only a press on "Link to this search" does that. Text of pages is only ever written as text. */
var KBSearchScreen = (function () {
  "use strict";
  var STEP = 10; // results shown at first, and more at each press
  var PAUSE = 500; // milliseconds without a change before it is read out
  var FILTERS = [["section", "sections", "Section"], ["kind", "kinds", "Kind of support"], ["stage", "stages", "Stage"]];
  var MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
  var make;

  function number(count, one, many) { return count + " " + (count === 1 ? one : many); }

  function Screen(parts) {
    make = parts.make;
    Object.assign(this, parts);
    this.engine = KBSearch.open(globalThis.KB_SEARCH_INDEX);
    this.chosen = {};
    this.exact = "";
    this.turn = 0;
    this.loading = {};
    this.labels = {};
    this.choices = {};
    FILTERS.forEach(function (filter) {
      this.choices[filter[0]] = this.engine.filters[filter[1]].length;
      this.engine.filters[filter[1]].forEach(function (item) { this.labels[filter[0] + item.value] = item.label; }, this);
    }, this);
    this.frame();
    this.listen();
    if (!this.dialog) this.follow();
    else this.update();
  }

  var screen = Screen.prototype;

  /* ── What stands on the screen from the start ──────────────────────────────────────────────────────────────────── */

  screen.frame = function () {
    this.body = this.box.lastChild;
    this.field.parentNode.className = "kb-search__line";
    this.clear = make("button", { type: "button", "class": "kb-search__clear", hidden: "" }, "Clear");
    this.field.after(this.clear);
    this.list = make("div", { id: "kb-search-list", "class": "kb-search__list", role: "listbox", "aria-label": "Results" });
    this.said = make("p", { "class": "kb-search__said" });
    this.count = make("p", { "class": "kb-search__count" });
    this.more = make("button", { type: "button", "class": "kb-search__more" });
    this.link = make("a", { "class": "kb-search__link" }, "Link to this search");
    this.status = make("p", { role: "status", "class": "kb-search__status" });
    this.help = make("div");
    this.tips = make("div", { "class": "kb-search__tips" },
      make("p", {}, "One word is enough, and a question will do. Small slips in spelling do not matter."),
      make("p", {}, "What you type stays in your browser: it is not sent or kept.",
        make("span", { "class": "kb-search__next" }, " " + (MAC ? "⌘" : "Ctrl+") + "K opens search on any page.")));
    this.found = make("div", { hidden: "" }, this.said,
      make.apply(null, ["div", { "class": "kb-search__row" }, this.count].concat(this.narrow())), this.list,
      make("div", { "class": "kb-search__after" }, this.more,
        make("p", { "class": "kb-search__share" }, this.link, " It puts your words into the address.")));
    this.body.replaceChildren(this.help, this.tips, this.found, this.status,
      make("div", { "class": "kb-search__foot" }, this.ways(),
        make("p", { "class": "kb-search__keys", "aria-hidden": "true" }, make("kbd", {}, "↑"), make("kbd", {}, "↓"), " choose ",
          make("kbd", {}, "Enter"), " open ", make("kbd", {}, "Esc"), this.dialog ? " clear, then close" : " clear")));
  };

  screen.ways = function () {
    var self = this;
    var line = make("p", { "class": "kb-search__ways" });
    [["help-now", "Help now"], ["a-z", "A–Z"], ["glossary", "Glossary"]].forEach(function (way) {
      line.append(make("a", { href: self.address(way[0]) }, way[1]), " ");
    });
    return line;
  };

  screen.narrow = function () {
    var self = this;
    var row = make("div", { id: "kb-search-narrow", "class": "kb-search__selects", role: "group", "aria-label": "Narrow down" });
    this.opens = make("button", { type: "button", "class": "kb-search__opens", "aria-expanded": "false", "aria-controls": row.id });
    this.opens.addEventListener("click", function () { // only narrow screens have this button; wide ones show the choices
      self.opens.setAttribute("aria-expanded", String(row.classList.toggle("kb-search__selects--open")));
    });
    this.selects = FILTERS.map(function (filter) {
      var choices = self.engine.filters[filter[1]];
      var select = make("select", { id: "kb-search-" + filter[0] }, make("option", { value: "" }, "Any " + filter[2].toLowerCase()));
      choices.forEach(function (item) { select.append(make("option", { value: item.value }, item.label)); });
      select.addEventListener("change", function () {
        self.chosen[filter[0]] = select.value;
        self.update();
      });
      if (choices.length > 1) row.append(make("div", {}, make("label", { "for": select.id }, filter[2]), select));
      return select;
    });
    return [this.opens, row];
  };

  screen.listen = function () {
    var self = this;
    var more = { "aria-controls": "kb-search-list", "aria-autocomplete": "list", autocapitalize: "none", autocorrect: "off", spellcheck: "false" };
    Object.keys(more).forEach(function (name) { self.field.setAttribute(name, more[name]); });
    this.field.addEventListener("input", function () {
      self.waiting = self.waiting || requestAnimationFrame(function () { self.settle(); }); // keys that came together: once
    });
    this.field.addEventListener("keydown", function (event) { self.key(event); });
    this.clear.addEventListener("click", function () { self.empty(); });
    this.more.addEventListener("click", function () { self.grow(); });
    this.list.addEventListener("click", function (event) { self.leave(event); });
    if (!this.dialog) return addEventListener("hashchange", function () { self.follow(); });
    this.dialog.addEventListener("mousedown", function (event) {
      if (event.target === self.dialog) self.dialog.close(); // beside the box
    });
    return this.dialog.addEventListener("close", function () {
      if (document.activeElement === document.body) self.opener.focus(); // some browsers do not focus a pressed button
    });
  };

  /* ── Words in, answer out ──────────────────────────────────────────────────────────────────────────────────────── */

  screen.settle = function () {
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.update();
  };

  screen.empty = function () {
    this.field.value = "";
    this.field.focus();
    this.settle();
  };

  /* The page /search/ is asked by its fragment, which a browser sends to nobody. */
  screen.follow = function () {
    var asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("q")) {
      this.field.value = asked.get("q");
      FILTERS.forEach(function (filter, place) {
        this.selects[place].value = asked.get(filter[0]) || "";
        this.chosen[filter[0]] = this.selects[place].value;
      }, this);
    }
    this.update();
  };

  screen.update = function () {
    var words = this.field.value.trim();
    var question = Object.assign({ exact: this.exact === words }, this.chosen);
    this.words = words;
    this.turn += 1;
    this.answer = words ? this.engine.find(words, question) : null;
    this.clear.hidden = !this.field.value;
    this.tips.hidden = Boolean(words);
    this.found.hidden = !words;
    this.list.replaceChildren();
    this.shown = [];
    this.mark(-1);
    this.helped(this.answer && this.answer.crisis);
    if (words) this.show();
    else this.field.setAttribute("aria-expanded", "false");
    this.tell();
  };

  screen.show = function () {
    var hash = new URLSearchParams({ q: this.words });
    var narrowed = 0;
    FILTERS.forEach(function (filter) {
      if (!this.chosen[filter[0]]) return;
      narrowed += 1;
      hash.set(filter[0], this.chosen[filter[0]]);
    }, this);
    this.link.href = this.address("search") + "#" + hash;
    this.opens.textContent = narrowed ? "Narrowed down (" + narrowed + ")" : "Narrow down";
    this.explain(narrowed);
    this.grow();
  };

  /* Say what was searched where that is not what was typed, or why nothing is shown. */
  screen.explain = function (narrowed) {
    var self = this;
    var said = this.said;
    said.replaceChildren();
    if (this.answer.corrected && this.total()) {
      said.append("Showing results for ", make("strong", {}, this.answer.corrected), ". ");
      said.append(this.button("Search instead for “" + this.words + "”", function () { self.exact = self.words; }));
    } else if (!this.total()) {
      said.append("No page found for ", make("strong", {}, "“" + this.words + "”"), narrowed ? " with what you chose. " : ". ");
      if (narrowed) said.append(this.button("Search everything", function () { self.everything(); }));
      else if (this.answer.results.length) said.append("These may help:");
    }
    said.hidden = !said.firstChild;
  };

  screen.button = function (words, press) {
    var button = make("button", { type: "button", "class": "kb-search__instead" }, words);
    button.addEventListener("click", function () {
      press();
      this.field.focus();
      this.update();
    }.bind(this));
    return button;
  };

  screen.everything = function () {
    this.chosen = {};
    this.selects.forEach(function (select) { select.value = ""; });
  };

  screen.total = function () {
    return this.answer.results.filter(function (result) { return !result.fallback; }).length;
  };

  /* One polite live region: what was found, once the reader pauses. Help comes first for the ear too. */
  screen.tell = function () {
    var self = this;
    var words = "";
    if (this.answer) {
      var pages = this.total() ? number(this.total(), "page", "pages") : "No page found";
      this.count.textContent = this.total() ? pages : "";
      words = pages + ".";
      if (this.answer.corrected && this.total()) words = "Showing results for " + this.answer.corrected + ": " + words;
      if (this.answer.crisis) words = this.helpWords() + " " + words;
    }
    clearTimeout(this.speaking);
    this.speaking = setTimeout(function () { self.status.textContent = words; }, PAUSE);
  };

  /* ── Help first ────────────────────────────────────────────────────────────────────────────────────────────────── */

  screen.helpWords = function () {
    var lines = this.engine.help.lines.map(function (line) { return line.label + ": " + line.text; });
    return this.engine.help.title + ". " + lines.join(". ") + ".";
  };

  screen.helped = function (crisis) {
    if (!crisis) return this.help.replaceChildren();
    if (this.help.firstChild) return undefined; // stays as it is while the reader types on: nothing moves under a thumb
    var help = this.engine.help;
    var lines = help.lines.map(function (line) {
      return make("li", {}, make("span", {}, line.label), " ", make("a", { href: line.href }, line.text));
    });
    var title = make("h2", { id: "kb-search-help", tabindex: "-1" }, help.title);
    var list = make("ul", {});
    list.append.apply(list, lines);
    return this.help.replaceChildren(make("section", { "class": "kb-search__help", "aria-labelledby": "kb-search-help" }, title,
      list, make("p", {}, make("a", { href: this.at(help.page) }, "What to do, and more numbers"))));
  };

  /* ── Results ───────────────────────────────────────────────────────────────────────────────────────────────────── */

  /* An address within the site as this copy is read: a folder opened from disk needs the name of its file. */
  screen.at = function (url) {
    var target = new URL(url === "." ? "" : url, this.root);
    if (target.protocol === "file:" && target.pathname.endsWith("/")) target.pathname += "index.html";
    return target.href;
  };

  screen.grow = function () {
    var next = this.answer.results.slice(this.shown.length, this.shown.length + STEP);
    next.forEach(function (result) {
      var card = this.card(result, this.shown.length);
      this.shown.push(card);
      this.list.append(card.element);
      this.detail(card, this.turn);
    }, this);
    var left = this.answer.results.length - this.shown.length;
    this.more.hidden = left <= 0;
    this.more.textContent = "Show " + Math.min(left, STEP) + " more";
    this.list.hidden = !this.shown.length;
    this.field.setAttribute("aria-expanded", String(Boolean(this.shown.length)));
  };

  screen.option = function (id, href) {
    return make("a", { id: id, href: href, role: "option", "aria-selected": "false", tabindex: "-1" });
  };

  /* Say which kinds of support or stages a page is about: each with its sign, or how many where they are many. */
  screen.sorts = function (where, sort, given, all) {
    var values = [].concat(given || []);
    var labels = values.map(function (value) { return this.labels[sort + value] || value; }, this);
    if (values.length > 1 && values.length === this.choices[sort]) labels = [all];
    else if (values.length > 2) labels = [values.length + (sort === "kind" ? " kinds of support" : " stages")];
    labels.forEach(function (label) {
      where.append(make("span", { "class": "kb-search__" + sort, "data-value": labels.length === values.length ? values.shift() : "" }, label), " ");
    });
  };

  screen.card = function (result, place) {
    var id = "kb-search-" + place;
    var option = this.option(id, this.at(result.url));
    var where = make("span", { "class": "kb-search__where" });
    (result.crumbs || []).forEach(function (crumb) { where.append(make("span", { "class": "kb-search__crumb" }, crumb), " "); });
    this.sorts(where, "kind", result.kinds || result.kind, "All kinds of support");
    this.sorts(where, "stage", result.stages || result.stage, "All stages");
    var text = make("div", { "class": "kb-search__text", id: id + "-text" }, result.summary || "");
    option.append(make("span", { "class": "kb-search__title" }, result.title), " ", where);
    option.classList.add("kb-search__page");
    option.setAttribute("aria-describedby", text.id); // read after the name, and can be skipped
    var element = make("div", { "class": "kb-search__card", role: "presentation" }, option, text);
    if (!this.path(result)) element.classList.add("kb-search__card--whole"); // nothing comes later: no room is kept
    return { element: element, option: option, text: text, result: result, id: id };
  };

  screen.path = function (result) { return (this.engine.texts || [])[result.fallback ? -1 : result.chunk]; };

  /* The page's own words arrive for the results in sight only; until then, and without them, its summary stands there. */
  screen.detail = function (card, turn) {
    var path = this.path(card.result);
    if (!path) return;
    this.loading[path] = this.loading[path] || this.load(path);
    this.loading[path].then(function () {
      var texts = (globalThis.KB_SEARCH_TEXTS || {})[card.result.chunk];
      if (turn === this.turn && texts) this.fill(card, this.engine.detail(card.result, this.answer.corrected || this.words, texts));
    }.bind(this), function () { delete this.loading[path]; }.bind(this));
  };

  screen.fill = function (card, detail) {
    if (detail.phrase === false) return this.drop(card);
    if (detail.snippet && detail.snippet.length) {
      card.text.replaceChildren();
      detail.snippet.forEach(function (part) { card.text.append(part.mark ? make("mark", {}, part.text) : part.text); });
    }
    if (!detail.section) return undefined;
    var section = this.option(card.id + "-section", card.option.href + "#" + detail.section.id);
    section.classList.add("kb-search__section");
    section.append(make("span", {}, "Section:"), " " + detail.section.title);
    card.element.classList.add("kb-search__card--section");
    return card.element.append(section);
  };

  /* A page that has the words but not the phrase. */
  screen.drop = function (card) {
    this.answer.results = this.answer.results.filter(function (result) { return result !== card.result; });
    this.shown = this.shown.filter(function (other) { return other !== card; });
    card.element.remove();
    if (this.shown.length < STEP && this.answer.results.length > this.shown.length) this.grow();
    this.list.hidden = !this.shown.length;
    this.explain(0);
    this.tell();
  };

  /* ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

  screen.options = function () { return Array.from(this.list.querySelectorAll("[role=option]")); };

  screen.mark = function (place) {
    this.options().forEach(function (option, index) { option.setAttribute("aria-selected", String(index === place)); });
    this.active = this.options()[place] || null;
    if (!this.active) return this.field.removeAttribute("aria-activedescendant");
    this.active.scrollIntoView({ block: "nearest" });
    return this.field.setAttribute("aria-activedescendant", this.active.id);
  };

  screen.step = function (by) {
    var at = this.options().indexOf(this.active);
    if (by > 0 && this.active && at === this.options().length - 1 && !this.more.hidden) this.grow();
    var count = this.options().length;
    var next = at < 0 && by < 0 ? count - 1 : at + by;
    this.mark(next >= count ? 0 : next); // up from the first: back to the words
  };

  screen.enter = function (event) {
    if (this.active) {
      var keys = { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey };
      this.active.dispatchEvent(new MouseEvent("click", keys));
    } else if (this.help.firstChild) {
      this.help.querySelector("h2").focus(); // help itself; a second Enter calls nobody
    } else if (matchMedia("(pointer: coarse)").matches) {
      this.field.blur(); // the keyboard goes, the results are in sight
    } else if (this.shown.length) {
      this.mark(0);
    }
  };

  screen.key = function (event) {
    if (event.isComposing) return;
    if (this.waiting) this.settle();
    var open = !this.found.hidden && this.shown.length;
    if (event.key === "Escape" && this.field.value) this.empty();
    else if (event.key === "Enter") this.enter(event);
    else if (open && event.key === "ArrowDown") this.step(1);
    else if (open && event.key === "ArrowUp") this.step(-1);
    else {
      if (/^(Home|End|ArrowLeft|ArrowRight)$/.test(event.key)) this.mark(-1); // these belong to the words
      return;
    }
    event.preventDefault();
  };

  /* A result on the page that is open already: the dialog makes way. */
  screen.leave = function (event) {
    var target = event.target.closest("a");
    var away = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (target && this.dialog && !away && target.href.split("#")[0] === location.href.split("#")[0]) this.dialog.close();
  };

  return { start: function (parts) { return new Screen(parts); } };
})();
