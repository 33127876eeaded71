// Passkeys: asks the device, and sends its answer with the form around the button. app/src/parts/passkey.rs draws the button and says every text.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withBytes = (listed) => listed?.map((known) => ({ ...known, id: bytes(known.id) }));

/** The challenge as the browser takes it. */
function decoded(options) {
  const decoded = { ...options, challenge: bytes(options.challenge) };
  if (options.user) decoded.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) decoded.excludeCredentials = withBytes(options.excludeCredentials);
  if (options.allowCredentials) decoded.allowCredentials = withBytes(options.allowCredentials);
  return decoded;
}

/** The answer as the panel takes it. */
function encoded({ rawId, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({ id: text(rawId), rawId: text(rawId), type: "public-key", response: said });
}

/** Its own words when the panel refuses; a text of the page when it does not answer. */
async function asked(box) {
  if (box.dataset.new) return JSON.parse(box.dataset.new);
  const headers = { accept: "application/json", "accept-language": document.documentElement.lang };
  const answer = await fetch(box.dataset.ask, { method: "POST", headers }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (!answer?.ok || !body) throw { words: body?.detail ?? box.dataset.offline };
  return body.options;
}

/** What the browser threw, in words. It does not tell a refusal from time that ran out, but the clock does. */
function words(box, error, late) {
  if (error.words) return error.words;
  const { stopped, taken, refused, unable } = box.dataset;
  const known = { AbortError: stopped, InvalidStateError: taken, SecurityError: refused, NotSupportedError: unable, ConstraintError: unable };
  return known[error.name] ?? (late ? box.dataset.late : stopped);
}

async function use(box, button) {
  const form = box.closest("form");
  // A new passkey is on the device for good: what else the form asks comes first.
  if (box.dataset.new && !form.reportValidity()) return;
  const said = box.querySelector("[role=alert]");
  said.hidden = true;
  button.disabled = true;
  let until = Infinity;
  try {
    const options = await asked(box);
    until = Date.now() + (options.timeout ?? Infinity) - 500;
    const publicKey = decoded(options);
    const { credentials } = navigator;
    const answer = encoded(await (box.dataset.new ? credentials.create({ publicKey }) : credentials.get({ publicKey })));
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.passkey, value: answer });
    form.append(field);
    form.submit();
  } catch (error) {
    said.textContent = words(box, error, Date.now() >= until);
    said.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const button = box.querySelector("button");
  if (window.PublicKeyCredential) {
    button.addEventListener("click", () => use(box, button));
    button.disabled = false;
    // Enter in a field means this button where the form has no other.
    const form = box.closest("form");
    form.addEventListener("submit", (event) => {
      if (form.querySelector("[type=submit]")) return;
      event.preventDefault();
      button.click();
    });
    // Gone back to as it was left: the answer is used up.
    addEventListener("pageshow", ({ persisted }) => {
      if (!persisted) return;
      form.querySelector(`input[name="${box.dataset.passkey}"]`)?.remove();
      button.disabled = false;
    });
  } else if ("unasked" in box.dataset) {
    box.hidden = true;
  } else {
    const said = box.querySelector("[role=alert]");
    said.textContent = box.dataset.unable;
    said.hidden = false;
  }
}
