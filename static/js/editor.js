// The rich-text editor of a composer, loaded when somebody begins to write. It writes into the form: HTML into body_html,
// the words alone into body. Without it the text area does all that is needed.
import { Editor } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import { Placeholder } from "@tiptap/extension-placeholder";
import StarterKit from "@tiptap/starter-kit";

export function mount(composer) {
  const { form, text, html } = composer;
  const box = form.querySelector("[data-composer-editor]");
  const hadFocus = document.activeElement === text;
  const typed = text.value !== text.defaultValue; // faster than the editor came
  const editor = new Editor({
    element: box,
    injectCSS: false,
    extensions: [
      StarterKit.configure({ heading: false, link: { openOnClick: false, defaultProtocol: "https" } }),
      Image.configure({ inline: true }),
      Placeholder.configure({ placeholder: text.placeholder }),
    ],
    content: typed || !html.value ? paragraphs(text.value) : html.value,
    editorProps: { attributes: attributesOf(text), handleKeyDown: (_, event) => sends(event) },
    onUpdate: () => {
      store();
      composer.changed();
    },
    onTransaction: () => showState(form, editor),
  });

  function store() {
    html.value = editor.isEmpty ? "" : editor.getHTML();
    text.value = editor.getText({ blockSeparator: "\n\n" });
  }

  html.disabled = false;
  store();
  box.hidden = false;
  if (hadFocus) {
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus();
  }
  text.hidden = true;
  showTools(form, editor);
  return {
    // At once: the editor's own command waits for a frame, and the next key would act on the page.
    focus: () => editor.view.focus(),
    insertImage: (src, alt) => editor.chain().focus().setImage({ src, alt }).run(),
    write: (content) => {
      editor.commands.setContent(content, { emitUpdate: false });
      store();
    },
  };
}

// Ctrl+Enter is the composer's; the editor would add a line first.
function sends(event) {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey);
}

function attributesOf(text) {
  const attributes = { role: "textbox", "aria-multiline": "true", "aria-label": text.getAttribute("aria-label"), dir: "auto", class: "prose" };
  const more = text.getAttribute("aria-describedby");
  return more ? { ...attributes, "aria-describedby": more } : attributes;
}

// As nodes, not as HTML, which would drop the space that was typed last.
function paragraphs(words) {
  const blocks = words.split(/\n{2,}/).map((block) => ({ type: "paragraph", content: lines(block) }));
  return { type: "doc", content: blocks };
}

function lines(block) {
  return block.split("\n").flatMap((line, index) => [
    ...(index ? [{ type: "hardBreak" }] : []),
    ...(line ? [{ type: "text", text: line }] : []),
  ]);
}

// ---- The toolbar

const commands = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  bulletList: (chain) => chain.toggleBulletList(),
  orderedList: (chain) => chain.toggleOrderedList(),
  blockquote: (chain) => chain.toggleBlockquote(),
  codeBlock: (chain) => chain.toggleCodeBlock(),
};

function showTools(form, editor) {
  for (const button of form.querySelectorAll("[data-editor-command]")) {
    button.hidden = false;
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    button.addEventListener("click", () => run(button.dataset.editorCommand, editor));
  }
}

function run(name, editor) {
  if (name === "link") askForLink(editor);
  else commands[name](editor.chain().focus()).run();
}

function showState(form, editor) {
  for (const button of form.querySelectorAll("[data-editor-command]")) {
    button.setAttribute("aria-pressed", String(Boolean(editor?.isActive(button.dataset.editorCommand))));
  }
}

function askForLink(editor) {
  const dialog = document.getElementById("link-dialog");
  const field = dialog.querySelector("input");
  field.value = editor.getAttributes("link").href ?? "";
  dialog.addEventListener("close", () => setLink(editor, dialog.returnValue, field.value.trim()), { once: true });
  dialog.returnValue = "";
  dialog.showModal();
  field.select();
}

function setLink(editor, choice, address) {
  const chain = editor.chain().focus().extendMarkRange("link");
  if (choice !== "set") editor.commands.focus();
  else if (!address) chain.unsetLink().run();
  else if (editor.state.selection.empty && !editor.isActive("link")) chain.insertContent({ type: "text", text: address, marks: [{ type: "link", attrs: { href: withScheme(address) } }] }).run();
  else chain.setLink({ href: withScheme(address) }).run();
}

function withScheme(address) {
  return /^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`;
}
