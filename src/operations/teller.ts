export type TextShape = { color: boolean; width: number }

// Whom an operation answers while it works, and who says yes to it. It knows where text goes and what a program reads;
// operations do not.
export type Teller = {
  shape: TextShape // of what it shows
  show(text: string): void // the answer, for people
  remark(text: string): void // beside the answer; left out where a program reads
  tell(text: string): void // what must not be missed
  document(document: object): void // the answer, for programs
  confirm(question: string): Promise<void> // FLIGHT_NOT_CONFIRMED where it is no
  isDetailed: boolean // asked for everything there is to say
}
