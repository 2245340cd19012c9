// Typing is never lost: what was touched on a page is kept on the server five seconds after the last key, on leaving a field and on
// leaving the page. It is a draft; the form itself works as if this were not here.
"use strict";

(() => {
  const PAUSE = 5000; // after the last key
  const WAITS = [5000, 10000, 20000, 40000, 60000]; // until it is tried again, at last once a minute
  const ALWAYS = new Set(["csrf_token", "written_by", "row_version"]);
  const KEEPALIVE = 60000; // a browser lets no more outlive a page
  const questionOf = (name) => { // on a page about many children the PEP's reference stands before it
    const [, whose = "", rest] = /^([0-9]{4}-[A-Z]{3}-[0-9]+--)?(.*)$/s.exec(name);
    return whose + rest.replace(/^base-/, "").split("-")[0];
  };
  const OTHERS = 3000; // how long one form waits for what was typed in the others of its page to be kept
  let restUntil = 0; // when the server takes texts of this page again, once there were too many
  const keepers = new Map(); // by form, what keeps it
  const newRun = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");

  const keepDraft = (form) => {
    const place = form.querySelector("[data-draft-said]");
    const touched = new Set((form.dataset.draftTouched || "").split(" ").filter(Boolean));
    let run = newRun();
    let typed = touched.size ? 1 : 0; // counts changes
    let kept = 0; // the change up to which the server has it
    let sent = 0; // the change up to which the form itself was sent
    let failures = 0;
    let timer = 0;
    let busy = false;
    let out = 0; // how often the server was asked whether its writer has signed in again

    const say = (sentence, wrong = false, link = "") => {
      if (place.textContent.startsWith(sentence) && place.classList.contains("draft-wrong") === wrong) return; // said already
      place.classList.toggle("draft-wrong", wrong);
      place.textContent = sentence;
      if (!link) return;
      const way = Object.assign(document.createElement("a"), { href: location.href, target: "_blank", rel: "noopener", textContent: link });
      place.append(" ", way);
    };

    const later = (wait) => { clearTimeout(timer); timer = setTimeout(keep, wait); };
    const askAgain = () => { out += 1; later(out < 24 ? 5000 : 30000); };
    const again = () => { later(WAITS[Math.min(failures, WAITS.length - 1)]); failures += 1; };
    const waits = () => typed > kept && typed > sent;

    const body = () => {
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) {
        if (typeof value === "string" && (ALWAYS.has(name) || touched.has(questionOf(name)))) fields.append(name, value);
      }
      for (const each of touched) fields.append("touched", each);
      fields.append("run", run);
      fields.append("seal", form.dataset.draft);
      return fields;
    };

    // After signing in again the safety mark is another: ask for it, and see that it is still the same person.
    const newMark = async () => {
      const answer = await fetch(form.dataset.draftMark, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || answer.status === 401) return "out";
      if (!answer.ok) return "broken";
      const told = await answer.json();
      const writer = form.elements.namedItem("written_by");
      if (writer && writer.value !== told.writer) return "other";
      for (const each of document.querySelectorAll('input[name="csrf_token"]')) each.value = told.mark;
      return "ok";
    };

    const sayNot = (mark) => {
      if (mark === "out") say("Not saved yet: you are signed out. Sign in in another window, then this text is kept here. Leave this page open.", true, "Sign in (new window)");
      else if (mark === "other") say("Not saved yet: somebody else has signed in in this browser. Copy your text before you leave this page.", true);
      else say("Not saved yet: the server cannot be reached. Your text is still on this page, and it is tried again.", true);
    };

    const answered = async (answer, at) => {
      const told = (answer.headers.get("Content-Type") || "").startsWith("application/json") ? await answer.json() : {};
      if (answer.ok && told.said) {
        kept = Math.max(kept, at);
        failures = 0;
        say(told.said, !told.said.startsWith("Draft saved"));
        if (!waits()) form.dispatchEvent(new Event("pep:kept"));
        else later(PAUSE);
      } else if (answer.status === 401 || answer.status === 400) {
        const mark = await newMark();
        if (mark === "ok" && failures === 0) { failures = 1; later(0); return; }
        sayNot(mark === "ok" ? "broken" : mark);
        if (mark === "out") askAgain();
        else again();
      } else if (answer.status === 409 && !told.said) {
        sayNot("other");
        again();
      } else if (answer.status === 429) {
        const seconds = Math.max(1, Number(answer.headers.get("Retry-After")) || 5);
        restUntil = Date.now() + seconds * 1000;
        say(`Not saved yet, trying again. ${told.said || ""} Your text is still on this page.`, true);
        failures += 1;
        later(seconds * 1000);
      } else if ([403, 404, 409, 413].includes(answer.status)) {
        say(`Not saved: ${told.said || "this text is too long to keep, or not yours to write any more. Copy what you need."}`, true);
      } else {
        say(`Not saved yet: ${told.said || "the server cannot do it just now."} Your text is still on this page, and it is tried again.`, true);
        again();
      }
    };

    async function keep(leaving = false) {
      clearTimeout(timer);
      if (!waits() || (busy && leaving !== true)) return;
      if (leaving !== true && Date.now() < restUntil) { later(restUntil - Date.now()); return; }
      busy = true;
      const at = typed;
      try {
        if (out && leaving !== true) {
          const mark = await newMark();
          if (mark !== "ok") { sayNot(mark); askAgain(); return; }
          out = 0;
        }
        const fields = body();
        const keepalive = leaving === true && fields.toString().length < KEEPALIVE;
        await answered(await fetch(form.dataset.draftKeep, { method: "POST", body: fields, keepalive, redirect: "manual" }), at);
      } catch {
        sayNot("broken");
        again();
      } finally {
        busy = false;
      }
      if (waits() && typed > at) later(PAUSE);
    }

    const changed = (event) => {
      const { name, type } = event.target;
      if (!name || type === "hidden" || type === "submit") return;
      touched.add(questionOf(name));
      typed += 1;
      later(PAUSE);
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", (event) => { if (["checkbox", "radio", "select-one"].includes(event.target.type)) changed(event); });
    form.addEventListener("focusout", (event) => {
      const goes = event.relatedTarget;
      if (!(goes && goes.form === form && goes.type === "submit")) keep(); // sending the form keeps it too
    });
    keepers.set(form, {
      waits,
      settle: async () => {
        while (busy) await new Promise((done) => { setTimeout(done, 50); });
        await keep();
      },
    });
    // Sending this form leaves the page: what was typed in its other forms is kept first.
    const othersFirst = (event) => {
      const others = [...keepers].filter(([each, its]) => each !== form && its.waits()).map(([, its]) => its.settle());
      if (!others.length || form.dataset.draftOthers || !form.requestSubmit) return false;
      event.preventDefault();
      form.dataset.draftOthers = "asked";
      const late = new Promise((done) => { setTimeout(done, OTHERS); });
      Promise.race([Promise.allSettled(others), late]).then(() => form.requestSubmit(event.submitter));
      return true;
    };
    form.addEventListener("submit", (event) => {
      if (othersFirst(event)) return;
      delete form.dataset.draftOthers;
      if (typed <= sent) return;
      form.elements.namedItem("run").value = run; // what this page still sends after it was saved is not kept again
      form.elements.namedItem("touched").value = [...touched].join(" ");
      keep(true);
      sent = typed;
      clearTimeout(timer);
      run = newRun();
    });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(true); });
    window.addEventListener("beforeunload", (event) => { if (failures && waits()) event.preventDefault(); }); // it would be lost
    window.addEventListener("pagehide", () => keep(true));
    for (const back of ["focus", "online"]) window.addEventListener(back, () => { if (failures || out) keep(); });
    if (typed) later(PAUSE);
  };

  for (const form of document.querySelectorAll("form[data-draft]")) keepDraft(form);
})();
