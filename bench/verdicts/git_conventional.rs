// What git-conventional says to messages: JSON cases on stdin, a JSON list of true (accepted) or false on stdout.
// A program of its own, with the crates git-conventional and serde_json; verdicts/run.py says where it is looked for.
use std::io::Read;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let verdicts: Vec<bool> = cases
        .iter()
        .map(|case| git_conventional::Commit::parse(case["message"].as_str().unwrap()).is_ok())
        .collect();
    println!("{}", serde_json::to_string(&verdicts).unwrap());
}
