import { slotButton } from './slotButton.ts';

export interface TableWords {
  readonly copyTable: string;
}

/** In the table's corner, seen while the pointer or the focus is there, as VS Code has it on the code of its own chat. */
export function copyTableButton({ copyTable }: TableWords): HTMLButtonElement {
  return slotButton({ action: 'copyTable', icon: 'copy', title: copyTable });
}
