/** The name of a task as it is shown to people: `Cutpaste` for `CutpasteTask`. */
export function taskLabel(task: string): string {
  return task.replace(/Task$/, '');
}
