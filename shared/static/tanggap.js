// Only hurries things: every page works without it.
"use strict";

// Esc twice within a second hides everything at once; the button does the same.
(() => {
  const soon = 1000;
  const hide = document.querySelector("[data-blank]");
  if (!hide) return;
  let last = -soon;
  const blank = () => {
    document.documentElement.classList.add("blank");
    location.assign(hide.href);
  };
  hide.addEventListener("click", (event) => { event.preventDefault(); blank(); });
  addEventListener("pageshow", () => document.documentElement.classList.remove("blank"));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - last < soon) blank();
    last = event.timeStamp;
  });
})();

// Leaving the public form at once: this page is not in the way back.
(() => {
  const leave = document.querySelector("[data-leave]");
  if (!leave) return;
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.classList.add("blank");
    location.replace(leave.href);
  });
})();
