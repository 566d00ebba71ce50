//! Counts words in files, one thread a file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::thread;

use crate::log_at;

pub type Counts = BTreeMap<String, usize>;

/// The text files of a folder, by name.
pub fn text_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            files.push(path);
        }
    }
    files.sort();
    log_at!(Debug, "{} files in {}", files.len(), folder.display());
    Ok(files)
}

/// Counts the words of all files together.
pub fn count_all(files: &[PathBuf]) -> io::Result<Counts> {
    let mut threads = Vec::new();
    for (number, file) in files.iter().cloned().enumerate() {
        let thread = thread::Builder::new().name(format!("count-{number}"));
        threads.push(thread.spawn(move || count_file(&file))?);
    }
    let mut total = Counts::new();
    for thread in threads {
        let counts = thread.join().unwrap_or_else(|_| Err(io::Error::other("a counting thread panicked")))?;
        for (word, count) in counts {
            *total.entry(word).or_default() += count;
        }
    }
    Ok(total)
}

fn count_file(path: &Path) -> io::Result<Counts> {
    log_at!(Debug, "counting {}", path.display());
    let mut counts = Counts::new();
    // A small buffer: there must be some reads to see.
    for (number, line) in BufReader::with_capacity(128, File::open(path)?).lines().enumerate() {
        let line = line?;
        let words = line.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
        let before: usize = counts.values().sum();
        for word in words {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
        let after: usize = counts.values().sum();
        log_at!(Trace, "line {}: {} words", number + 1, after - before);
    }
    Ok(counts)
}
