/* Tables come in; the same tables go out with their roles said in words, because some browsers forget what a table is when
   a narrow screen draws it as cards. The HTML itself does not say them: there they are superfluous, and an error. */
(function () {
  "use strict";
  document.querySelectorAll(".kb-table table").forEach(function (table) {
    table.setAttribute("role", "table");
    table.querySelectorAll("thead, tbody").forEach(function (part) { part.setAttribute("role", "rowgroup"); });
    table.querySelectorAll("tr").forEach(function (row) { row.setAttribute("role", "row"); });
    table.querySelectorAll("td").forEach(function (cell) { cell.setAttribute("role", "cell"); });
    table.querySelectorAll("th").forEach(function (cell) {
      cell.setAttribute("role", cell.scope === "row" ? "rowheader" : "columnheader");
    });
  });
})();
