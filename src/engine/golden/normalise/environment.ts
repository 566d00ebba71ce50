/**
 * Files that belong to the machine and not to what the program does: reading them is not compared in the `observable` mode (rule
 * `environment-files`). Patterns are for normalised paths.
 */
export interface EnvironmentPattern {
  readonly what: string;
  readonly match: RegExp;
}

export const ENVIRONMENT_FILES: readonly EnvironmentPattern[] = [
  { what: "dynamic loader", match: /^\/etc\/ld\.so\.|\/glibc-hwcaps\/|^\/(?:usr\/)?lib(?:32|64|x32)?\/tls\// },
  {
    what: "shared libraries",
    match:
      /\.so(?:\.\d+)*$|\.(?:abi3|cpython-[\w-]+|pypy[\w-]*)\.so$|^\/(?:usr\/)?(?:local\/)?lib(?:32|64|x32)?(?:\/[\w-]+-linux-\w+)?$/,
  },
  {
    what: "locales",
    match:
      /^\/usr\/(?:lib|share)(?:\/[\w-]+-linux-\w+)?\/(?:locale|i18n|locale-langpack|X11\/locale)(?:\/|$)|^\/etc\/(?:locale\.alias|default\/locale|locale\.conf)$/,
  },
  { what: "character sets", match: /\/gconv(?:\/|$)/ },
  {
    what: "name service",
    match:
      /^\/etc\/(?:nsswitch\.conf|host\.conf|resolv\.conf|hosts|gai\.conf|passwd|group|shadow|services|protocols|networks|ethers)$|\/libnss_|^\/(?:var\/)?run\/(?:nscd|systemd\/userdb)(?:\/|$)|^\/var\/(?:db|lib)\/(?:nscd|misc)\//,
  },
  {
    what: "daemons that the C library asks for names: nscd, nslcd, systemd, sssd, winbind",
    match:
      /^unix(?:gram)? @?(?:(?:\/var)?\/run\/(?:nscd|nslcd|systemd\/userdb)\/|\/var\/lib\/sss\/pipes\/|(?:(?:\/var)?\/run\/samba|\/tmp|<tmp>)\/\.?winbindd\/pipe$)|^\/var\/lib\/sss\/mc(?:\/|$)/,
  },
  { what: "time zones", match: /^\/etc\/(?:localtime|timezone|adjtime)$|\/zoneinfo(?:\/|$)/ },
  {
    what: "terminals",
    match: /\/terminfo(?:\/|$)|^\/etc\/(?:termcap|inputrc)$|^<home>\/\.(?:termcap|terminfo|inputrc)/,
  },
  {
    what: "processors and memory",
    match:
      /^\/sys\/devices\/system\/(?:cpu|node)(?:\/|$)|^\/sys\/kernel\/mm\/|^\/proc\/(?:cpuinfo|meminfo|stat|loadavg|uptime|version|version_signature|filesystems|mounts|cgroups|devices)$|^\/proc\/sys\/(?:vm|kernel)\//,
  },
  {
    what: "limits of the process",
    match:
      /^\/proc\/<pid>\/(?:maps|smaps|cgroup|mountinfo|mounts|stat|statm|status|auxv|exe|limits|task|oom_score_adj|fd)(?:\/<pid>(?:\/(?:stat|status|comm))?)?$|^\/sys\/fs\/cgroup(?:\/|$)/,
  },
  { what: "random numbers", match: /^\/dev\/u?random$/ },
  {
    what: "security modules",
    match:
      /^(?:\/sys\/fs)?\/selinux(?:\/|$)|^\/etc\/selinux\/|^\/sys\/(?:module|kernel\/security)\/apparmor|^\/proc\/sys\/crypto\/|^\/etc\/(?:gcrypt|ssl\/openssl\.cnf|crypto-policies|pki\/tls\/openssl\.cnf)|\/openssl\.cnf$/,
  },
  {
    what: "Python's own files",
    match:
      /\/lib(?:64)?\/python(?:\d(?:\.?\d+)?)?(?:\.zip|\/|$)|\/(?:site|dist)-packages(?:\/|$)|\/pyvenv\.cfg$|\/pybuilddir\.txt$|\/Modules\/Setup\.local$|\.pth$|\/__pycache__(?:\/|$)|\/python\d*(?:\.\d+)*\._pth$|\/(?:usercustomize|sitecustomize)\.py$|\/lib-dynload(?:\/|$)/,
  },
  {
    what: "Node's own files",
    match:
      /\/openssl(?:-\d[\d.]*)?\/openssl\.cnf$|^\/usr\/(?:share|lib)\/nodejs(?:\/|$)|\/lib\/node_modules\/npm\/|^\/nodejs\.cnf$|\/icudt\d+\w?\.dat$/,
  },
  {
    what: "Perl's own files",
    match: /^\/(?:etc|usr\/(?:local\/)?(?:share|lib)(?:\/[\w-]+-linux-\w+)?)\/perl(?:5|-base)?(?:\/|$)/,
  },
  {
    what: "Ruby's own files",
    match:
      /^\/usr\/(?:local\/)?(?:lib|share)(?:\/[\w-]+-linux-\w+)?\/(?:ruby|gems|rubygems)(?:\/|$)|^\/var\/lib\/gems(?:\/|$)|<home>\/\.(?:gem|rbenv|rvm)\//,
  },
  { what: "Tcl's own files", match: /^\/usr\/(?:share|lib)\/tcltk(?:\/|$)/ },
  { what: "runtimes in the home folder", match: /^<home>\/\.(?:pyenv|rustup|nvm|asdf|sdkman|rbenv)(?:\/|$)/ },
  { what: "Java's own files", match: /^\/usr\/lib\/jvm\/|^\/etc\/(?:java|openjdk|\.java)|\/hsperfdata_/ },
  {
    what: "shell start-up",
    match: /^\/dev\/tty$|^\/etc\/(?:profile|bash\.bashrc|bash_completion|environment|shells)(?:\.d)?(?:\/|$)/,
  },
];

/** Whether any pattern could match: every one of them begins at the root, in the home folder, or holds one of these. */
const MAYBE =
  /^(?:\/(?:etc|usr|lib|proc|sys|dev|var|run|selinux|nodejs)|<home>\/\.|unix)|\.so|gconv|zoneinfo|terminfo|glibc|libnss|openssl|python|packages|pyvenv|pybuilddir|Modules|\.pth|__pycache__|customize|lib-dynload|node_modules|icudt|hsperf/;

const known = new Map<string, boolean>();
const KEEP = 20_000;

/** Whether a normalised path is one that programs read because of the machine they are on. */
export function isEnvironmentFile(path: string): boolean {
  if (!MAYBE.test(path)) return false;
  let result = known.get(path);
  if (result === undefined) {
    result = ENVIRONMENT_FILES.some(({ match }) => match.test(path));
    if (known.size >= KEEP) known.clear();
    known.set(path, result);
  }
  return result;
}
