// Makes pages nicer and is needed by none: every button works without it.
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const read = (html) => new DOMParser().parseFromString(html, "text/html");
  const send = (form, button, value) => {
    const body = new URLSearchParams(new FormData(form));
    body.set(button, value);
    return fetch(form.action, { method: "POST", body, keepalive: body.toString().length < 60000 });
  };
  const place = () => location.pathname + location.search;
  let shown = place();
  let typed = false;
  let saving = null;
  let later = 0;

  // Keep what is typed. The page learns what is kept, so that nobody meets themselves.
  const save = async () => {
    const form = get("page");
    if (!form || !typed) return;
    typed = false;
    try {
      const answer = await send(form, "_do", "autosave");
      if (!answer.ok) throw answer;
      const made = read(await answer.text());
      const rev = made.querySelector("#page [name=rev]");
      if (rev) form.elements.rev.value = rev.value;
      if (made.getElementById("saved")) get("saved").replaceWith(made.getElementById("saved"));
    } catch {
      typed = true;
    }
  };
  const keep = () => (saving = saving || save().finally(() => (saving = null)));

  addEventListener("input", (event) => {
    if (!event.target.form || event.target.form.id !== "page") return;
    typed = true;
    clearTimeout(later);
    later = setTimeout(keep, 3000);
  });
  addEventListener("visibilitychange", () => document.hidden && keep());
  addEventListener("beforeunload", (event) => typed && event.preventDefault());

  // Put the answer in the place of the page, and the focus where a person looks next.
  const swap = (html, button) => {
    const made = read(html);
    document.title = made.title;
    get("main").replaceWith(made.getElementById("main"));
    const [what, name, row] = button.value.split(":");
    const rows = document.querySelectorAll(`#q-${name} > div > .row`);
    const next = get("errors") || (what === "add" ? rows[rows.length - 1] : get(`${name}-${row}`))
      || get(`${name}-add`) || get(button.id) || get("main");
    next.tabIndex = next.tabIndex < 0 ? -1 : next.tabIndex;
    next.focus();
  };

  addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (saving) {
      event.preventDefault();
      saving.finally(() => button.click());
      return;
    }
    clearTimeout(later);
    typed = false;
    if (!button || !("swap" in button.dataset)) return;
    event.preventDefault();
    try {
      const answer = await send(event.target, button.name || "_do", button.value);
      const html = await answer.text();
      const here = new URL(answer.url).pathname === location.pathname;
      if (!here && answer.ok) return location.assign(answer.url);
      if (!answer.ok && answer.status !== 422) throw answer;
      if (here && answer.url !== location.href.split("#")[0]) history.pushState("", "", answer.url);
      shown = place();
      swap(html, button);
    } catch {
      delete button.dataset.swap;
      button.click();
    }
  });
  addEventListener("popstate", () => place() !== shown && location.replace(place()));

  // Ask in time whether somebody is still there; who types or scrolls is.
  const { idle, there } = document.body.dataset;
  let active = Date.now();
  let asked = active;
  const watch = async () => {
    const now = Date.now();
    if (now - active > idle * 1000) {
      await keep();
      typed = false;
      if (get("over")) get("over").submit();
      else location.replace(there);
    } else {
      if (active > asked && now - asked > idle * 500) fetch(there, { method: "HEAD" }), (asked = now);
      setTimeout(watch, 1000);
    }
  };
  if (idle) {
    for (const sign of ["keydown", "pointerdown", "scroll"]) addEventListener(sign, () => (active = Date.now()), true);
    watch();
  }

  // Read the page aloud where there is a voice for its language, each text in its own.
  const voices = window.speechSynthesis;
  const aloud = document.querySelector("[data-read]");
  let reading = false;
  const turn = (on) => {
    if (on === reading) return;
    reading = on;
    [aloud.textContent, aloud.dataset.read] = [aloud.dataset.read, aloud.textContent];
    if (!on) voices.cancel();
  };
  const readOut = () => {
    const said = [];
    const walk = document.createTreeWalker(get("main"), NodeFilter.SHOW_TEXT);
    for (let before; walk.nextNode(); ) {
      const at = walk.currentNode.parentElement;
      const text = walk.currentNode.data.replace(/\s+/g, " ").trim();
      if (!text || !at.offsetParent || at.closest("select,textarea,[aria-hidden=true]")) continue;
      const lang = at.closest("[lang]").lang;
      const block = at.closest("p,li,dt,dd,h1,h2,h3,legend,label,summary,div");
      if (before === block && said[said.length - 1].lang === lang) said[said.length - 1].text += " " + text;
      else said.push(Object.assign(new SpeechSynthesisUtterance(text), { lang }));
      before = block;
    }
    for (const each of said) voices.speak(each);
    if (said.length) said[said.length - 1].onend = () => turn(false);
  };
  if (voices && aloud) {
    const offer = () => {
      const tongue = document.documentElement.lang.slice(0, 2);
      aloud.hidden = !voices.getVoices().some((voice) => voice.lang.slice(0, 2) === tongue);
    };
    voices.addEventListener("voiceschanged", offer);
    offer();
    aloud.addEventListener("click", () => {
      turn(!reading);
      if (reading) readOut();
    });
    addEventListener("pagehide", () => voices.cancel());
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
  if (get("errors")) get("errors").focus();
})();
