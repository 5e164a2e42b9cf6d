// An independent verifier of gitward's logs: Go's own sumdb/note and sumdb/tlog, and nothing of gitward's.
// Each argument after the key is verified, and answered with one line, "ok ..." or "refused: ...".
//
//	verifier record VKEY PROOF...          C2SP tlog-proof files whose extra data is the entry
//	verifier tree VKEY CHECKPOINT PROOF... consistency proofs (the body of C2SP add-checkpoint) from that checkpoint on
//	verifier tiles VKEY FOLDER...          C2SP tlog-tiles trees: every tile, every entry of every bundle
package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint verifies a signed checkpoint and parses its body.
func checkpoint(data []byte, vkey string) (tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, errors.New("no size")
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// parts cuts a proof file into its first lines, its hashes and the checkpoint after them.
func parts(data []byte, first ...string) (values []string, hashes []tlog.Hash, tree []byte, err error) {
	head, rest, found := strings.Cut(string(data), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < len(first) {
		return nil, nil, nil, errors.New("not a proof")
	}
	for i, prefix := range first {
		if !strings.HasPrefix(lines[i], prefix) {
			return nil, nil, nil, fmt.Errorf("no line %q", prefix)
		}
		values = append(values, strings.TrimPrefix(lines[i], prefix))
	}
	for _, line := range lines[len(first):] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, nil, nil, err
		}
		hashes = append(hashes, hash)
	}
	return values, hashes, []byte(rest), nil
}

func record(vkey string, data []byte) (string, error) {
	values, hashes, signed, err := parts(data, "c2sp.org/tlog-proof@v1", "extra ", "index ")
	if err != nil {
		return "", err
	}
	tree, err := checkpoint(signed, vkey)
	if err != nil {
		return "", err
	}
	line, err := base64.StdEncoding.DecodeString(values[1])
	if err != nil || values[0] != "" {
		return "", errors.New("no entry")
	}
	index, err := strconv.ParseInt(values[2], 10, 64)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d", index, tree.N), tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(line))
}

func tree(vkey string, old []byte, data []byte) (string, error) {
	before, err := checkpoint(old, vkey)
	if err != nil {
		return "", err
	}
	values, hashes, signed, err := parts(data, "old ")
	if err != nil {
		return "", err
	}
	after, err := checkpoint(signed, vkey)
	if err != nil {
		return "", err
	}
	if values[0] != strconv.FormatInt(before.N, 10) {
		return "", errors.New("a proof for another size")
	}
	return fmt.Sprintf("%d %d", before.N, after.N), tlog.CheckTree(hashes, after.N, after.Hash, before.N, before.Hash)
}

// folder reads tiles as any static web server would hand them out.
type folder string

func (f folder) Height() int                             { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		read, err := os.ReadFile(filepath.Join(string(f), "tile", strings.TrimPrefix(tile.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		data = append(data, read)
	}
	return data, nil
}

func tiles(vkey string, path string) (string, error) {
	signed, err := os.ReadFile(filepath.Join(path, "checkpoint"))
	if err != nil {
		return "", err
	}
	tree, err := checkpoint(signed, vkey)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, folder(path))
	for start := int64(0); start < tree.N; start += 256 {
		bundle := tlog.Tile{H: 8, L: -1, N: start / 256, W: 256}
		if tree.N-start < 256 {
			bundle.W = int(tree.N - start)
		}
		name := strings.TrimPrefix(bundle.Path(), "tile/8/data/")
		data, err := os.ReadFile(filepath.Join(path, "tile/entries", name))
		if err != nil {
			return "", err
		}
		var indexes []int64
		for i := 0; i < bundle.W; i++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, start+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return "", err
		}
		for i, hash := range hashes {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return "", errors.New("a short bundle")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			if tlog.RecordHash(data[2:end]) != hash {
				return "", fmt.Errorf("entry %d is not what the tiles say", start+int64(i))
			}
			data = data[end:]
		}
		if len(data) > 0 {
			return "", errors.New("a long bundle")
		}
	}
	return fmt.Sprintf("%d %s", tree.N, tree.Hash), nil
}

func main() {
	command, vkey, given := os.Args[1], os.Args[2], os.Args[3:]
	var old []byte
	if command == "tree" {
		old, _ = os.ReadFile(given[0])
		given = given[1:]
	}
	for _, path := range given {
		var said string
		var err error
		data, _ := os.ReadFile(path)
		switch command {
		case "record":
			said, err = record(vkey, data)
		case "tree":
			said, err = tree(vkey, old, data)
		case "tiles":
			said, err = tiles(vkey, path)
		}
		if err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("ok", said)
		}
	}
}
