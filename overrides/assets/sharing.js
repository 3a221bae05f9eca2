/* The texts under "Share this page" get copy buttons, and the device's own share sheet where there is one; the # beside
   a heading becomes "Copy link". Every address is the public one that the page was built with, on any host and from
   disk. Without this file the texts can be selected, and # leads to its section. Nothing is stored or sent. */
(function () {
  "use strict";
  var make = kbCopy.make;
  var canonical = document.querySelector("link[rel=canonical]");
  var share = document.querySelector(".kb-share");

  document.querySelectorAll(".kb-fold pre").forEach(function (block) {
    var of = block.closest("dd").previousElementSibling.textContent;
    block.after(kbCopy.button("Copy", "Copy: " + of, function () { return block.textContent.trim(); }, block));
  });

  if (share && navigator.share) {
    var press = make("button", { type: "button", "class": "kb-copy" }, "Share…");
    var status = kbCopy.told("span");
    press.addEventListener("click", function () {
      var link = share.dataset.short;
      var lines = share.querySelector(".kb-share__message").textContent.trim().split("\n");
      var text = lines.filter(function (line) { return line !== link; }).join("\n"); // the sheet adds the link itself
      status.textContent = "";
      navigator.share({ title: share.dataset.title, text: text, url: link }).catch(function (error) {
        // A reader who closes the sheet has changed their mind; that is no fault.
        if (error.name !== "AbortError") status.textContent = "Could not open it here: copy the message instead";
      });
    });
    share.querySelector(".kb-copy__both").append(press, " ", status); // beside "Copy", where it moves nothing
  }

  /* Opening the block takes whoever followed a link to it there, also in browsers that do not open it by themselves. */
  function reveal() {
    if (share && location.hash === "#__share") share.open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();

  if (!canonical) return;
  var said = kbCopy.told("p", " kb-hidden");
  var panel, from;
  document.body.append(said);

  function close() {
    if (!panel) return;
    if (panel.contains(document.activeElement)) from.focus();
    panel.remove();
    panel = null;
  }

  function row(label, address, id) {
    var line = make("p", { "class": "kb-link__row" });
    var field = make("input", { type: "text", readonly: "", id: id, value: address });
    field.addEventListener("focus", function () { field.select(); });
    line.append(make("label", { "for": id }, label), field);
    line.append(kbCopy.button("Copy", "Copy: " + label, function () { return address; }, field));
    return line;
  }

  function open(link) {
    var section = link.getAttribute("href");
    var heading = link.parentElement;
    close();
    from = link;
    panel = make("div", { "class": "kb-link", role: "group", "aria-label": "Link to this section" });
    var head = make("p", { "class": "kb-link__said" });
    var away = make("button", { type: "button", "class": "kb-copy" }, "Close");
    away.addEventListener("click", close);
    var seen = make("strong", { "class": "kb-copy__said" });
    head.append(seen, " ", away);
    panel.append(head, row("Address of this section", canonical.href + section, "__link"));
    if (share) panel.append(row("Short link", share.dataset.short + section, "__link-short"));
    heading.after(panel);
    panel.scrollIntoView({ block: "nearest" });
    kbCopy.copy(canonical.href + section, panel.querySelector("input"), link, function (words) {
      seen.textContent = words === "Copied" ? "Link copied" : words;
      said.textContent = words === "Copied" ? "Link to this section copied" : words;
    });
  }

  document.querySelectorAll("article .headerlink").forEach(function (link) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return; // a new tab, a saved page
      event.preventDefault();
      history.replaceState(null, "", link.getAttribute("href")); // the address bar still says where, without a jump
      open(link);
    });
  });
  /* Escape leads out again: of the panel, or else of the block at the page's foot that was unfolded. */
  addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    var fold = !panel && document.activeElement.closest(".kb-trust details[open]");
    close();
    if (!fold) return;
    fold.open = false;
    fold.firstElementChild.focus();
  });
})();
