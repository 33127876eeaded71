// A large file is sent by itself, and goes on where it was cut off: the host keeps what arrived for a day. (In app/browser/page.js a form
// with smaller ones is sent whole; without JavaScript all of them are.)
const LARGE = 4 * 1024 * 1024;
const PATIENCE = 12;
const PASSES = ["host_away", "upload_busy", "upload_offset", "transfer_stalled", "too_many_sessions", "session_refused"];

const isLarge = (files) => [...files].some((file) => file.size > LARGE);

// A name as the API writes it: what is no plain text is %XX.
const named = (name) =>
  name.trim().replace(/[%\u0000-\u001f\u007f-\u009f]/gu, (sign) =>
    [...new TextEncoder().encode(sign)].map((octet) => `%${octet.toString(16).padStart(2, "0").toUpperCase()}`).join(""));

const sendRest = (url, file, from, tell) =>
  new Promise((answer) => {
    const request = new XMLHttpRequest();
    const over = () => {
      let said = {};
      try { said = JSON.parse(request.responseText || "{}"); } catch { /* no panel answered */ }
      answer({ status: request.status, ...said });
    };
    request.upload.addEventListener("progress", ({ loaded }) => tell(from + loaded));
    for (const end of ["load", "error", "abort"]) request.addEventListener(end, over);
    request.open("PUT", url);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file.slice(from));
  });

// Nothing, once it is in place; else why not.
const bringOne = async (form, file, tell) => {
  const of = new URLSearchParams({ path: `${form.dataset.path}/${named(file.name)}`, size: file.size, mark: file.lastModified });
  const over = form.querySelector("[name=over]")?.checked ? "&over=replace" : "";
  let [misses, last] = [0, 0];
  while (misses < PATIENCE) {
    let octets;
    try {
      const asked = await fetch(`${form.dataset.api}/upload?${of}`);
      const said = await asked.json();
      if (asked.ok) octets = said.octets;
      else if (asked.status < 500 && !PASSES.includes(said.code)) return said.detail;
    } catch { /* the network: it may come back */ }
    if (octets !== undefined) {
      const said = await sendRest(`${form.dataset.api}/contents?${of}&offset=${octets}${over}`, file, octets, tell);
      if (said.status >= 200 && said.status < 300) return "";
      if (said.status >= 400 && said.status < 500 && !PASSES.includes(said.code)) return said.detail ?? form.dataset.cut;
      if (octets > last) misses = 0;
      last = octets;
    }
    misses += 1;
    tell(octets ?? last, true);
    await new Promise((done) => setTimeout(done, Math.min(1000 * 2 ** misses, 30_000)));
  }
  return form.dataset.later;
};

const bringLarge = async (form, files, tell) => {
  const problems = [];
  for (const file of files) {
    const why = await bringOne(form, file, (octets, waits) => tell(file.name, file.size ? octets / file.size : 1, waits));
    if (why) problems.push(`${file.name}: ${why}`);
  }
  return problems.join(" ");
};
