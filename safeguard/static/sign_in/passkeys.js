/**
 * Passkeys: a form with `data-passkey="get"` or `"create"` asks the browser for one and posts it.
 *
 * The options come from the JSON element that `data-passkey-options` names, or by GET from
 * `data-passkey-options-url`. Forms stay hidden where the browser knows no passkeys.
 */

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withId = (credential) => ({ ...credential, id: bytes(credential.id) });

function decoded({ publicKey }) {
  const options = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (options.user) options.user = withId(options.user);
  if (options.allowCredentials) options.allowCredentials = options.allowCredentials.map(withId);
  if (options.excludeCredentials) options.excludeCredentials = options.excludeCredentials.map(withId);
  return { publicKey: options };
}

function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment,
    response,
  };
}

async function optionsOf(form) {
  const { passkeyOptions, passkeyOptionsUrl } = form.dataset;
  if (passkeyOptions) {
    const data = JSON.parse(document.getElementById(passkeyOptions).textContent);
    return data.creation_options ?? data.request_options;
  }
  const answer = await fetch(passkeyOptionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()).request_options;
}

async function use(form, button, problem) {
  button.disabled = true;
  problem.hidden = true;
  try {
    const options = decoded(await optionsOf(form));
    const ask = form.dataset.passkey === "create" ? "create" : "get";
    form.elements.credential.value = JSON.stringify(encoded(await navigator.credentials[ask](options)));
    HTMLFormElement.prototype.submit.call(form);
  } catch {
    button.disabled = false;
    problem.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-button]");
    const problem = form.querySelector("[data-passkey-problem]");
    form.hidden = false;
    button.addEventListener("click", () => use(form, button, problem));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      use(form, button, problem);
    });
  }
}
