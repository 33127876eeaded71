// Three things a page does by itself where there is JavaScript; without, it lacks none. They wait for no wasm.

// "/" leads into the search, but while one types, and unless it was switched off at the foot of a page; this browser keeps that.
const keys = document.querySelector(".keys");
const kept = {
  get off() { try { return localStorage.getItem("keys") === "off"; } catch { return false; } },
  set off(off) { try { localStorage.setItem("keys", off ? "off" : "on"); } catch { /* then for this page */ } },
};
keys?.setAttribute("aria-pressed", String(!kept.off));
keys?.addEventListener("click", () => {
  const on = keys.getAttribute("aria-pressed") !== "true";
  keys.setAttribute("aria-pressed", String(on));
  kept.off = !on;
});
document.addEventListener("keydown", (event) => {
  const field = document.getElementById("find");
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || keys?.getAttribute("aria-pressed") !== "true" || event.ctrlKey || event.altKey || event.metaKey || typing || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// What was done is said, and goes away after some seconds: not under the pointer, nor while the focus is in it.
for (const box of document.querySelectorAll(".page > .notices")) {
  const notice = box.querySelector("[role=status]");
  if (!notice) continue;
  // A live region is read out when something comes into it, not when it comes with the page.
  const words = [...notice.childNodes];
  box.style.minHeight = `${box.offsetHeight}px`;
  notice.replaceChildren();
  setTimeout(() => notice.append(...words), 50);
  let clock;
  const leave = () => {
    box.classList.add("leaving");
    setTimeout(() => box.remove(), 300);
  };
  const stay = () => clearTimeout(clock);
  const go = () => {
    stay();
    clock = setTimeout(leave, 8000);
  };
  for (const came of ["pointerenter", "focusin"]) box.addEventListener(came, stay);
  for (const left of ["pointerleave", "focusout"]) {
    box.addEventListener(left, () => box.matches(":hover, :focus-within") || go());
  }
  box.querySelector(".notice-close")?.addEventListener("click", (event) => {
    event.preventDefault();
    box.remove();
    document.getElementById("main")?.focus();
  });
  go();
}

// A log is followed: the panel is asked for what comes next, waits for it, and then the page's own list is drawn anew by the server.
const follow = document.querySelector("[data-follow]");
if (follow) {
  const say = (on) => {
    follow.setAttribute("aria-pressed", String(on));
    follow.textContent = on ? follow.dataset.off : follow.dataset.on;
  };
  const on = () => follow.getAttribute("aria-pressed") === "true";
  const redraw = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) throw answer.status;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const lines = fresh.querySelector("#log > .table, #log > .items");
    const old = document.querySelector("#log > .table, #log > .items, #log > .empty");
    if (lines && old) old.replaceWith(lines);
    follow.dataset.follow = fresh.querySelector("[data-follow]")?.dataset.follow ?? follow.dataset.follow;
  };
  const listen = async () => {
    while (on()) {
      try {
        const answer = await fetch(follow.dataset.follow);
        if (!answer.ok) throw answer.status;
        const { visits, errors, text } = await answer.json();
        if (text) throw text;
        if (on() && visits.length + errors.length > 0) await redraw();
      } catch {
        say(false);
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  follow.hidden = false;
  follow.addEventListener("click", () => {
    say(!on());
    if (on()) listen();
  });
}

// Work that goes on is looked at again until it is done; without, a link does it.
const again = async () => {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-works]");
    const old = document.querySelector("[data-works]");
    if (fresh && old && fresh.innerHTML !== old.innerHTML) old.replaceWith(fresh);
  } catch { /* the network: the next look may find it */ }
  if (document.querySelector("[data-works=going]")) setTimeout(again, 1500);
};
if (document.querySelector("[data-works=going]")) setTimeout(again, 1500);

// Files are dropped anywhere on their folder's page, and say how far they are on their way; without, the form sends them all the same.
const upload = document.querySelector("form[data-upload]");
if (upload) {
  const root = document.documentElement;
  const [chosen, said, far] = [".input[type=file]", ".upload-said", ".upload-far"].map((at) => upload.querySelector(at));
  root.dataset.scripted = "";
  const brings = (event) => event.dataTransfer?.types.includes("Files");
  for (const over of ["dragenter", "dragover"]) {
    addEventListener(over, (event) => {
      if (!brings(event)) return;
      event.preventDefault();
      root.dataset.dropping = "";
    });
  }
  addEventListener("dragleave", (event) => event.relatedTarget || delete root.dataset.dropping);
  addEventListener("drop", (event) => {
    delete root.dataset.dropping;
    if (!brings(event)) return;
    event.preventDefault();
    chosen.files = event.dataTransfer.files;
    if (chosen.files.length) upload.requestSubmit();
  });
  upload.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = upload.querySelector("button");
    // What has no such way of its own is sent whole.
    if (upload.dataset.api && isLarge(chosen.files)) {
      [button.disabled, far.hidden] = [true, false];
      const tell = (name, part, waits) => {
        far.value = 100 * part;
        said.textContent = `${waits ? upload.dataset.waits : upload.dataset.sending}: ${name}, ${Math.floor(far.value)} %`;
      };
      bringLarge(upload, chosen.files, tell).then((problem) => {
        if (!problem) return location.assign(upload.dataset.done);
        [button.disabled, far.hidden, said.textContent] = [false, true, problem];
      });
      return;
    }
    const request = new XMLHttpRequest();
    const over = (words) => {
      [button.disabled, far.hidden, said.textContent] = [false, true, words];
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      far.value = total ? (100 * loaded) / total : 0;
      said.textContent = `${upload.dataset.sending}: ${Math.round(far.value)} %`;
    });
    request.addEventListener("load", () => {
      // What went well leads on; what was refused is a page that says so.
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      over(page.querySelector(".notice-bad")?.textContent.trim() || upload.dataset.cut);
      chosen.value = "";
    });
    for (const end of ["error", "abort"]) request.addEventListener(end, () => over(upload.dataset.cut));
    request.open("POST", upload.action);
    request.send(new FormData(upload));
    [button.disabled, far.hidden] = [true, false];
  });
}
