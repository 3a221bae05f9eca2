/* A reader's first reach for a mark, for the # of a heading or for a block that opens comes in; the scripts and styles
   that serve it are fetched then (`later` in mkdocs.yml), and find what the reader did meanwhile. Who only reads fetches
   none of them. Where they cannot be had, links and blocks work as they do without scripts. */
(function () {
  "use strict";
  var LINKS = ".kb-cite, .headerlink", REACH = LINKS + ", .kb-trust .kb-fold, .kb-to-share, .kb-downloads";
  var PATIENCE = 3000; // milliseconds: a line on which nothing comes must not leave a link dead
  var EVENTS = ["pointerover", "pointerdown", "pointerup", "focusin", "click", "toggle"];
  var script = document.currentScript, files = globalThis.KBLater || [];
  var kept = [], got = {}, trying, waiting, ran, timer;

  function listen(act) {
    EVENTS.forEach(function (type) { globalThis[act](type, heed, true); });
  }

  /* A file is fetched once; one that failed, again. */
  function come(file) {
    return got[file] = got[file] || KBLoad(new URL(file, script.src).href).catch(function (error) {
      got[file] = null;
      throw error;
    });
  }

  /* What was done while the files were under way is done again: links do then what the new scripts make of them. */
  function replay() {
    waiting = false;
    listen("removeEventListener");
    kept.splice(0).forEach(function (event) {
      if (event.target.isConnected) event.target.dispatchEvent(new event.constructor(event.type, event));
    });
    if (trying !== "done") listen("addEventListener");
  }

  /* Styles that fail do not keep scripts from working: a plain preview is worth more than none. What failed is tried
     again at the next reach; what is still under way after PATIENCE holds no further press. */
  function load() {
    if (trying) return;
    trying = true;
    waiting = !ran;
    var all = files.map(come);
    Promise.all(all.map(function (file, at) {
      return /css$/.test(files[at]) ? file.catch(String) : file;
    })).then(function () { ran = true; }).then(replay, replay);
    clearTimeout(timer);
    timer = setTimeout(replay, PATIENCE);
    Promise.all(all).then(function () {
      trying = "done";
      listen("removeEventListener");
    }, function () { trying = false; });
  }

  function heed(event) {
    var near = event.target.closest && event.target.closest(REACH);
    if (!near && !waiting) return;
    load();
    if (!waiting || !event.bubbles) return;
    if (event.type === "click") {
      // Only what has not happened yet: a click that a browser answers by itself is not done twice.
      if (!event.target.closest(LINKS) || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
    }
    kept.push(event);
  }

  if (files.length) {
    listen("addEventListener");
    if (location.hash === "#__share" || document.querySelector(".kb-library")) load();
    var lists = document.querySelector(".kb-downloads"); // gets a button, which is to be there when it is seen
    if (lists && globalThis.IntersectionObserver) {
      new IntersectionObserver(function (seen) {
        if (seen[0].isIntersecting) load();
      }, { rootMargin: "50%" }).observe(lists);
    }
  }

  /* What a screen reader lists has its name from the start, whoever reaches for it later. */
  if (document.querySelector("link[rel=canonical]")) {
    document.querySelectorAll("article .headerlink").forEach(function (link) {
      link.title = "Copy link: " + link.previousElementSibling.textContent.trim();
      link.setAttribute("aria-label", link.title); // the same: what differs would be read out, too
    });
  }

  /* The handout's form, which few readers open, is fetched when it is opened; it takes the place of the words there. */
  var yours = document.querySelector(".kb-yours");
  if (yours) {
    var fold = yours.firstElementChild, said = fold.children, sought;
    fold.hidden = false;
    fold.addEventListener("toggle", function () {
      if (sought || !fold.open) return;
      sought = true;
      said[1].hidden = false;
      said[2].hidden = true;
      // Styles first: the sheet is measured to fit.
      KBLoad(yours.dataset.script.replace(/js$/, "css")).then(function () {
        return KBLoad(yours.dataset.script);
      }).catch(function () {
        sought = false; // so that the next opening tries again
        said[1].hidden = true;
        said[2].role = "alert";
        said[2].hidden = false;
      });
    });
  }
})();
