// Logs in, reads and changes settings, takes a picture. Standard library only.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

var token string

func setting(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

var base = setting("ROTORDREAM_URL", "http://localhost:8080")

// call sends a JSON body, if there is one, and returns the answer's bytes.
func call(method, path string, body any) []byte {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			log.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, base+path, content)
	if err != nil {
		log.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	if answer.StatusCode >= 300 {
		log.Fatalf("%s: %s", path, text)
	}
	return text
}

// ask returns the member `data` of a JSON answer.
func ask(method, path string, body any) map[string]any {
	var answer struct{ Data map[string]any }
	if err := json.Unmarshal(call(method, path, body), &answer); err != nil {
		log.Fatal(err)
	}
	return answer.Data
}

func main() {
	login := map[string]string{
		"username": setting("ROTORDREAM_USER", "admin"),
		"password": setting("ROTORDREAM_PASSWORD", "password"),
	}
	token = ask("POST", "/api/login", login)["token"].(string)
	fmt.Println("logged in as", ask("GET", "/api/session", nil)["user"])
	fmt.Println("brightness is", ask("GET", "/api/settings/brightness", nil)["brightness"])
	fmt.Println("brightness becomes", ask("POST", "/api/settings", map[string]int{"brightness": 62})["brightness"])
	ask("POST", "/api/settings", map[string]int{"brightness": 50, "contrast": 50})
	picture := call("GET", "/api/snapshot?quality=90", nil)
	if err := os.WriteFile("picture.jpg", picture, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("picture.jpg has %x\n", picture[:2])
	ask("POST", "/api/logout", nil)
}
