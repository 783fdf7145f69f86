// Rows to be confirmed: a box for each group, and the number of what is ticked on the button.
const form = document.querySelector("[data-adopt]");

function boxes(root) {
  return [...root.querySelectorAll("input[name=choose]:not(:disabled)")];
}

function show() {
  form.querySelector("[data-adopt-count]").textContent = String(boxes(form).filter((box) => box.checked).length);
  for (const group of form.querySelectorAll("[data-adopt-group]")) {
    const [all, found] = [group.querySelector("[data-adopt-all]"), boxes(group)];
    const ticked = found.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === found.length;
    all.indeterminate = ticked > 0 && ticked < found.length;
    all.disabled = found.length === 0;
  }
}

if (form) {
  form.addEventListener("change", (event) => {
    const group = event.target.matches("[data-adopt-all]") && event.target.closest("[data-adopt-group]");
    if (group) for (const box of boxes(group)) box.checked = event.target.checked;
    show();
  });
  show();
}
