// The token that goes with every write. The cookie is always fresh; the page's own copy is stale after signing in again.
export function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrf=([^;]+)/);
  return cookie?.[1] ?? document.body.dataset.csrf ?? "";
}

export function post(address, fields, options = {}) {
  return fetch(address, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    body: new URLSearchParams(fields),
    ...options,
  });
}
