/* A page and what a reader types come in; one sheet to print goes out: the sections that the writer chose, the QR code,
   and the group's name, time, place and phone. It is built from the page's own nodes, shown in the page's place, and gone
   when the reader goes back. Loaded, after its styles, when the form is opened (reach.js). Nothing is stored, sent or put into the address. kb/editions/handouts.py prints the same
   choice as PDF files. */
(function () {
  "use strict";
  var form = document.querySelector(".kb-yours");
  if (!form) return;
  var PRINTED = { "a4": [186, 277], "us-letter": [192, 259] }; // millimetres inside the margins of yours.css
  var SPARE = 0.97; // of the height: printers and screens do not round alike
  var LARGEST = 13, SMALLEST = 7, STEP = 0.25; // points
  // Of use only where one can click: marks of references, and what each number's entry says of where it was seen.
  var DROPPED = ".kb-cite, .headerlink, .kb-web, .kb-helpline__check, .kb-copy, .kb-cell-link, .kb-who, button, script, [hidden], [popover]";
  var FRAME = ".kb-h2, .kb-h3";
  var FIELDS = ["group", "when", "where", "phone"]; // in the order of the lines that the page prints
  var NOTES = "Telephone numbers change: check them again. * Not yet confirmed with the service. Sources, and more on the " +
    "words that are underlined: on the web page. Words: %. This is information, not medical advice.";
  var sheet;

  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  }

  /* A link that stands alone, or after a sentence at the end of its paragraph, only says where to read on. */
  function readsOn(link) {
    var before = link.previousSibling ? link.previousSibling.textContent : "";
    return !(link.nextSibling && link.nextSibling.textContent.trim()) && /(^|[.?!])\s*$/.test(before);
  }

  /* Copy a block for paper: no ids, which would stand twice, and no links, which paper cannot follow. */
  function copy(block) {
    var made = block.cloneNode(true);
    made.querySelectorAll(".kb-helpline").forEach(function (line) {
      if (line.querySelector(".kb-helpline__check")) line.querySelector("strong").append("\u00a0*");
    });
    made.querySelectorAll(DROPPED).forEach(function (part) {
      var before = part.previousSibling;
      if (before && before.nodeType === Node.TEXT_NODE) before.data = before.data.replace(/\u00a0+$/, "");
      part.remove();
    });
    made.querySelectorAll("p > a:last-child").forEach(function (link) { if (readsOn(link)) link.remove(); });
    [made].concat(Array.from(made.querySelectorAll("*"))).forEach(function (element) {
      ["id", "tabindex", "data-section", "data-label", "aria-labelledby", "aria-describedby"].forEach(function (name) { element.removeAttribute(name); });
      if (element.tagName === "A") element.removeAttribute("href");
      if (element.tagName === "DETAILS") element.open = true;
    });
    return made;
  }

  /* A heading, without the frame that holds it and the link beside it; any other block as it is. */
  function bare(block) {
    return block.matches(FRAME) ? block.firstElementChild : block;
  }

  /* The blocks of a section: from its heading to the next one of its level or above. */
  function section(id) {
    var heading = document.getElementById(id), blocks = [], next = heading.closest(FRAME) || heading;
    while (next) {
      if (!next.matches(DROPPED + ", .kb-yours, .kb-paper, .kb-trust, .kb-related")) blocks.push(copy(bare(next)));
      next = next.nextElementSibling;
      if (next && /^H[1-6]$/.test(bare(next).tagName) && bare(next).tagName <= heading.tagName) break;
    }
    return blocks;
  }

  function foot() {
    var made = make("div", "kb-sheet__foot");
    var code = document.querySelector(".kb-paper img").cloneNode(true);
    code.removeAttribute("loading");
    var address = document.querySelector(".kb-share").dataset.short;
    var about = make("div", "kb-sheet__about");
    var known = document.querySelector(".kb-trust p").textContent.trim().replace(/\s+/g, " ");
    var lines = make("dl");
    FIELDS.forEach(function (name, place) {
      var line = make("div");
      line.append(form.querySelectorAll(".kb-ours dt")[place].cloneNode(true));
      line.append(make("dd", "", document.getElementById("__yours-" + name).value.trim()));
      lines.append(line);
    });
    about.append(make("p", "kb-sheet__address", address), make("p", "", known));
    about.append(make("p", "", NOTES.replace("%", form.dataset.words)));
    made.append(code, about, lines);
    return made;
  }

  function build(paper) {
    var made = make("main", "kb-sheet");
    var head = document.querySelector(".kb-head"), body = make("div", "kb-sheet__body");
    made.append(make("h1", "", head.querySelector("h1").textContent.trim()));
    made.append(make("p", "kb-sheet__summary", document.querySelector(".kb-summary").textContent.trim()));
    form.dataset.handout.split(" ").forEach(function (item) {
      var parts = item.split("/");
      if (!parts[1] || parts[1] === paper) section(parts[0]).forEach(function (block) { body.append(block); });
    });
    var wide = Array.from(body.querySelectorAll("tr")).some(function (row) { return row.cells.length > 4; });
    if (wide) body.querySelector("h2").remove(); // the sheet's title says it
    made.classList.toggle("kb-sheet--turned", wide);
    made.append(body, foot());
    return made;
  }

  /* The largest letters that leave the sheet on one side. */
  function fit(made, paper) {
    var size = PRINTED[paper].slice();
    if (made.classList.contains("kb-sheet--turned")) size.reverse();
    made.style.width = size[0] + "mm";
    made.style.paddingBlock = "0"; // the margins, which are not the sheet's on paper
    var ruler = make("div");
    ruler.style.height = size[1] * SPARE + "mm";
    made.before(ruler);
    var room = ruler.getBoundingClientRect().height;
    ruler.remove();
    for (var points = LARGEST; points >= SMALLEST; points -= STEP) {
      made.style.fontSize = points + "pt";
      if (made.getBoundingClientRect().height <= room) break;
    }
    made.style.paddingBlock = "";
  }

  function back() {
    if (!sheet) return;
    document.documentElement.classList.remove("kb-on-paper");
    sheet.remove();
    sheet = null;
    form.querySelector("button").focus();
  }

  /* The form: fields without names, which no browser sends or keeps. */
  function field(name, label, length) {
    var line = make("p"), input = make("input");
    var words = make("label", "", label);
    words.htmlFor = input.id = "__yours-" + name;
    input.maxLength = length;
    line.append(words, input);
    return line;
  }

  function paper() {
    var line = make("p"), words = make("label", "", "Paper"), choice = make("select");
    words.htmlFor = choice.id = "__yours-paper";
    [["a4", "A4 (UK and Europe)"], ["us-letter", "Letter (USA)"]].forEach(function (size) {
      var option = make("option", "", size[1]);
      option.value = size[0];
      choice.append(option);
    });
    line.append(words, choice);
    return line;
  }

  function show() {
    var set = make("fieldset");
    set.append(
      make("legend", "", "One side of one sheet, with your group's details if you like"),
      make("p", "", "What you type stays on this page: it is not stored, and not sent anywhere."),
      field("group", "Your group's name", 60), field("when", "When you meet", 60),
      field("where", "Where you meet", 90), field("phone", "Phone", 40), paper()
    );
    set.append(make("button", "", "Make the sheet"));
    var fold = form.querySelector("details");
    fold.replaceChildren(fold.firstElementChild, set); // in place of the words that stood there meanwhile
  }

  form.autocomplete = "off";
  show();

  /* Escape leads out again: of the sheet, or else of the form. */
  addEventListener("keydown", function (event) {
    var fold = form.querySelector("details");
    if (event.key !== "Escape") return;
    if (sheet) back();
    else if (fold.open && fold.contains(document.activeElement)) {
      fold.open = false;
      fold.firstElementChild.focus();
    }
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var size = document.getElementById("__yours-paper").value;
    sheet = make("div", "kb-desk");
    var bar = make("p", "kb-desk__bar");
    var print = make("button", "", "Print"), leave = make("button", "", "Back to the page");
    [print, leave].forEach(function (press) { press.type = "button"; });
    print.addEventListener("click", function () { window.print(); });
    leave.addEventListener("click", back);
    bar.append(print, leave);
    var made = build(size);
    sheet.append(bar, made);
    document.body.append(sheet);
    document.documentElement.classList.add("kb-on-paper");
    fit(made, size);
    scrollTo(0, 0);
    print.focus();
  });
})();
