//! Counts the words of some texts with threads, writes a report, and has a child process read it back.

mod count;
mod log;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        None => run(),
        Some("--print") if arguments.len() == 2 => print_report(Path::new(&arguments[1])),
        Some("--panic") => panic!("asked to panic"),
        Some(_) => {
            eprintln!("usage: rust-log [--panic]");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log_at!(Error, "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let files = count::text_files(&folder.join("data"))?;
    let counts = count::count_all(&files)?;
    log_at!(Info, "{} different words in {} files", counts.len(), files.len());

    let mut ranked: Vec<_> = counts.iter().collect();
    ranked.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), word.to_string()));
    let report: String = ranked.iter().take(5).map(|(word, count)| format!("{count:4} {word}\n")).collect();

    let path = folder.join("target").join("report.txt");
    fs::write(&path, report)?;
    log_at!(Debug, "wrote {}", path.display());
    print_in_child(&path)
}

/// Runs this program once more, so that there is a child process to see.
fn print_in_child(report: &Path) -> io::Result<()> {
    let status = Command::new(std::env::current_exe()?).arg("--print").arg(report).status()?;
    if status.success() {
        log_at!(Info, "the child printed the report");
        return Ok(());
    }
    Err(io::Error::other(format!("the child ended with {status}")))
}

fn print_report(path: &Path) -> io::Result<()> {
    log_at!(Trace, "printing {}", path.display());
    io::stdout().write_all(fs::read_to_string(path)?.as_bytes())
}
