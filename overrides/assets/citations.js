/* A page's marks and its list of references come in; beside the mark that is pointed at, focused or tapped goes a copy
   of its entries. Without this file, or in a browser without popovers, a mark is a plain link to its entry. */
(() => {
  "use strict";
  const root = document.documentElement, edge = 8; // px left free around the preview
  let mark, box, timer, mouse, tabbed;
  if (!("popover" in root)) return;
  const on = (type, act) => document.addEventListener(type, act);
  const inside = (node) => box && (node === mark || box.contains(node));
  const cite = (node) => node.closest(".kb-cite");

  function copy(entry, alone) {
    const item = entry.cloneNode(true), link = document.createElement("a"), { start, children } = entry.parentNode;
    for (const back of item.querySelectorAll(".kb-reference__back")) back.remove();
    if (start) item.value = start + [...children].indexOf(entry); // the number it has in its list
    link.className = "kb-preview__go";
    link.href = "#" + entry.id;
    link.textContent = "Go to " + (start && !alone ? "reference " + item.value : "the reference");
    item.append(link);
    return item;
  }

  function open(next) {
    const entries = (next.dataset.refs || next.getAttribute("href").slice(1)).split(" ").map((id) => document.getElementById(id)).filter(Boolean);
    if (next === mark || !entries[0]) return;
    close();
    mark = next;
    box = document.createElement("div");
    box.append(entries[0].parentNode.cloneNode());
    box.firstChild.append(...entries.map((entry) => copy(entry, !entries[1])));
    for (const part of box.querySelectorAll("[id]")) part.removeAttribute("id");
    box.id = box.className = "kb-preview";
    box.tabIndex = -1;
    box.role = "dialog";
    box.ariaLabel = mark.ariaLabel || mark.textContent;
    mark.setAttribute("aria-details", box.id);
    mark.after(box); // so Tab leads from the mark into it
    box.style.cssText = "position:absolute;inset:auto;margin:0"; // also where its stylesheet could not be fetched
    box.popover = "manual"; // the top layer: no table or header cuts it off
    box.showPopover();
    place();
  }

  function close() {
    clearTimeout(timer);
    if (!box) return;
    if (box.contains(document.activeElement)) mark.focus({ preventScroll: true });
    mark.removeAttribute("aria-details");
    box.remove();
    mark = box = null;
  }

  function place() {
    const lines = box ? [...mark.getClientRects()] : [], header = document.querySelector("header");
    if (!lines[0]) return;
    const top = Math.max(0, header ? header.getBoundingClientRect().bottom : 0) + edge;
    const column = (mark.closest("article") || root).getBoundingClientRect();
    const above = lines[0].top - top, below = root.clientHeight - edge - lines.at(-1).bottom;
    const up = box.scrollHeight + edge <= above || above > below, line = lines.at(up ? 0 : -1), wide = box.offsetWidth;
    const right = Math.min(column.right, root.clientWidth - edge) - wide;
    const left = Math.max(column.left, line.left + (line.width - wide) / 2);
    box.style.maxHeight = Math.max(above, below) + "px";
    box.style.left = scrollX + Math.max(edge, Math.min(left, right)) + "px";
    box.style.top = scrollY + (up ? line.top - box.offsetHeight : line.bottom) + "px";
  }

  on("pointerover", ({ target, pointerType }) => {
    if (pointerType !== "mouse") return;
    clearTimeout(timer);
    if (inside(target)) return;
    if (cite(target)) timer = setTimeout(open, 120, cite(target)); // ms: not for a mouse that only passes
    else if (box && !box.contains(document.activeElement) && !mark.matches(":focus-visible")) timer = setTimeout(close, 400);
  });
  on("focusin", ({ target }) => {
    // Whoever comes back from the list to a mark (it is the target then) wants the sentence, not the preview.
    if (target.matches(".kb-cite:focus-visible") && (tabbed || !target.matches(":target"))) open(target);
  });
  on("focusout", ({ target, relatedTarget }) => {
    if (inside(target) && !inside(relatedTarget) && document.hasFocus()) close();
  });
  on("keydown", ({ key }) => {
    tabbed = key === "Tab";
    if (key === "Escape") close();
  });
  const press = ({ type, target, pointerType }) => {
    tabbed = false;
    mouse = pointerType === "mouse";
    // A finger that scrolls goes down and never up; only one that taps elsewhere closes.
    if (mouse === (type === "pointerdown") && !inside(target)) close();
  };
  on("pointerdown", press);
  on("pointerup", press);
  on("click", (event) => {
    const next = cite(event.target), first = next && next !== mark && event.detail && !mouse;
    if (first) open(next);
    if (first && box) {
      event.preventDefault();
      box.focus({ preventScroll: true });
    } else if (next || (inside(event.target) && event.target.closest("a"))) setTimeout(close);
  });
  addEventListener("scroll", place);
  addEventListener("resize", place);
})();
