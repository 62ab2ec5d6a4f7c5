import type { CommandWords, OptionWords } from "./command_words.ts";

/** The shells that completions are written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A script that teaches a shell the words of `sonde`. */
export function completionScript(shell: typeof SHELLS[number], commands: readonly CommandWords[]): string {
  return { bash, zsh, fish }[shell](commands);
}

const flagsOf = (options: readonly OptionWords[]) => options.flatMap(({ flags }) => flags);
const named = (commands: readonly CommandWords[]) => commands.filter(({ name }) => name);

function bash(commands: readonly CommandWords[]): string {
  const names = named(commands).map(({ name }) => name).join("|");
  const values = commands.flatMap(({ name, options }) =>
    options.filter(({ takesValue }) => takesValue).flatMap(({ flags, choices }) =>
      flags.map((flag) =>
        `    '${name} ${flag}') words='${choices.join(" ")}'; files=${choices.length ? "" : "yes"} ;;`
      )
    )
  );
  const words = commands.map(({ name, options, choices }) => {
    const free = name ? choices : named(commands).map((command) => command.name);
    return `    '${name}') flags='${flagsOf(options).join(" ")}'; words='${free.join(" ")}'; files=${
      free.length ? "" : "yes"
    } ;;`;
  });
  return `# Completion of sonde for bash: source <(sonde completions bash)
_sonde() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' flags='' words='' files='' k
  for ((k = 1; k < COMP_CWORD; k++)); do
    case \${COMP_WORDS[k]} in
      ${names}) command=\${COMP_WORDS[k]}; break ;;
    esac
  done
  COMPREPLY=()
  case "$command $prev" in
${values.join("\n")}
    *) case $command in
${words.join("\n")}
    esac ;;
  esac
  if [[ $cur == -* && -n $flags ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
  elif [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  elif [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}
complete -F _sonde sonde
`;
}

/** Within single quotes of any of the shells. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
/** Descriptions end at brackets and colons in the language of zsh. */
const zshText = (text: string) => text.replace(/[[\]:\\]/g, "\\$&");

function zsh(commands: readonly CommandWords[]): string {
  const listed = named(commands).map(({ name, description }) => `    ${quoted(`${name}:${zshText(description)}`)}`);
  const option = ({ flags, description, takesValue, choices }: OptionWords) =>
    flags.map((flag) => {
      const value = !takesValue ? "" : choices.length ? `:word:(${choices.join(" ")})` : ":value:_files";
      return `        ${quoted(`${flag}[${zshText(description)}]${value}`)} \\`;
    });
  const cases = named(commands).map(({ name, options, choices }) => {
    const rest = choices.length ? `'*:word:(${choices.join(" ")})'` : "'*:file:_files'";
    return [`      ${name}) _arguments \\`, ...options.flatMap(option), `        ${rest} ;;`].join("\n");
  });
  const [program] = commands;
  return `#compdef sonde
# Completion of sonde for zsh: sonde completions zsh > a file named _sonde in a folder of $fpath
_sonde() {
  local -a commands
  commands=(
${listed.join("\n")}
  )
  local state line
  _arguments -C \\
${program.options.flatMap(option).join("\n")}
    '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument) case $line[1] in
${cases.join("\n")}
    esac ;;
  esac
}
if [[ $funcstack[1] == _sonde ]]; then _sonde "$@"; else compdef _sonde sonde; fi
`;
}

/** Within single quotes, fish knows two escapes. */
const fishText = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

function fish(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, options, choices }) => {
    const when = name ? `-n '__fish_seen_subcommand_from ${name}'` : "-n __fish_use_subcommand";
    const flags = options.map(({ flags, description, takesValue, choices }) => {
      const typed = flags.map((flag) => flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`).join(
        " ",
      );
      const value = !takesValue ? "" : choices.length ? ` -x -a '${choices.join(" ")}'` : " -r";
      return `complete -c sonde ${when} ${typed}${value} -d ${fishText(description)}`;
    });
    return choices.length ? [...flags, `complete -c sonde ${when} -f -a '${choices.join(" ")}'`] : flags;
  });
  const listed = named(commands).map(({ name, description }) => {
    return `complete -c sonde -n __fish_use_subcommand -f -a ${name} -d ${fishText(description)}`;
  });
  return `# Completion of sonde for fish: sonde completions fish | source\n${[...listed, ...lines].join("\n")}\n`;
}
