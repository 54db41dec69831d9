// Asks this device for a passkey: a page of ours says what for, in `data-options`. Nothing leaves the page but the form itself.
"use strict";

(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const show = (name) => { form.parentElement.querySelector(`[data-passkey-says="${name}"]`).hidden = false; };
  const hideAll = () => form.parentElement.querySelectorAll("[data-passkey-says]").forEach((each) => { each.hidden = true; });
  if (!window.isSecureContext || !window.PublicKeyCredential) { show("off"); return; }
  form.hidden = false;

  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withOctets = (list) => (list || []).map((each) => ({ ...each, id: octets(each.id) }));

  const making = (told) => ({
    ...told,
    challenge: octets(told.challenge),
    user: { ...told.user, id: octets(told.user.id) },
    excludeCredentials: withOctets(told.excludeCredentials),
  });
  const asking = (told) => ({ ...told, challenge: octets(told.challenge), allowCredentials: withOctets(told.allowCredentials) });

  const written = ({ rawId, type, response }) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const told = parts.filter((name) => response[name]).map((name) => [name, text(response[name])]);
    return JSON.stringify({ id: text(rawId), rawId: text(rawId), type, response: Object.fromEntries(told) });
  };

  const answer = () => {
    const told = JSON.parse(form.dataset.options);
    return form.dataset.passkey === "make"
      ? navigator.credentials.create({ publicKey: making(told) })
      : navigator.credentials.get({ publicKey: asking(told) });
  };

  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    hideAll();
    try {
      form.elements.answer.value = written(await answer());
      form.submit();
    } catch (error) {
      busy = false;
      show(error.name === "InvalidStateError" ? "known" : "failed");
    }
  });
})();
