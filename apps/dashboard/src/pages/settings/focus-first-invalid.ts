/** Leads to the first field that keeps something from being saved, once it is marked. The frame around a number is marked as well. */
export function focusFirstInvalid(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('input[aria-invalid="true"], textarea[aria-invalid="true"]')?.focus();
  });
}
