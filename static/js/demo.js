// The demo desk's mail pages: what arrives while one looks, and mails as high as their words.
import "./requests.js";
import "./focus.js";
import "./forms.js";
import "./frame.js";
