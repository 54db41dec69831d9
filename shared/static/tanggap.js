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

// A draft is saved on the server at each pause, and when the page is left. The line says what is true: saved only after the answer.
(() => {
  const form = document.querySelector("form[data-draft]");
  const line = document.querySelector("[data-draft-line]");
  if (!form || !line) return;
  const pause = 1500;
  let waiting = 0, changed = false;
  const say = (text, kind) => {
    const said = document.createElement("span");
    said.className = kind;
    said.textContent = text;
    line.replaceChildren(said);
  };
  const save = async (leaving) => {
    clearTimeout(waiting);
    if (!changed) return;
    changed = false;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "text/plain" }, keepalive: leaving, redirect: "error",
      });
      if (!answer.ok) throw new Error();
      say(line.dataset.saved.replace("…", await answer.text()), "saved");
    } catch {
      changed = true;
      say(line.dataset.unsaved, "unsaved");
    }
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, pause, false);
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); changed = false; });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
})();

// Two minutes before the session ends the page says so. Nothing on it changes, so what was typed stays; whoever stays goes on where they were.
(() => {
  const told = document.querySelector("[data-session-end]");
  if (!told) return;
  let last = document.querySelector("main");
  addEventListener("focusin", (event) => { if (!told.contains(event.target)) last = event.target; });
  const arm = () => setTimeout(() => { told.hidden = false; }, 1000 * Number(told.dataset.sessionEnd));
  told.querySelector("[data-stay]")?.addEventListener("click", () => { told.hidden = true; last.focus(); arm(); });
  arm();
})();
