package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sluice.dev/lab/internal/owner"
)

// RestartRequest asks for one component to be stopped and started again.
type RestartRequest struct {
	Component string `json:"component"`
	Kill      bool   `json:"kill"`   // SIGKILL rather than SIGTERM
	DownMS    int64  `json:"downMs"` // how long it stays down
}

// socketPath is a name for the control socket that fits into a socket address, however long the
// folder's own name is: it goes through a descriptor of the folder.
func socketPath(dir string) (path string, folder *os.File, err error) {
	folder, err = os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), controlSocket), folder, nil
}

func listenControl(dir string) (net.Listener, error) {
	_ = os.Remove(filepath.Join(dir, controlSocket))
	path, folder, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	listener, err := net.Listen("unix", path)
	if err == nil {
		listener.(*net.UnixListener).SetUnlinkOnClose(false)
	}
	return listener, err
}

// call sends a request to the supervisor of the lab in dir.
func call(dir, method, path string, body any) ([]byte, error) {
	socket, folder, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	defer client.CloseIdleConnections()
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(method, "http://lab"+path, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("no lab runs in %s", dir)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = errors.New(string(bytes.TrimSpace(answer)))
	}
	return answer, err
}

// Status describes the lab that runs in dir; it is an error if none does.
func Status(dir string) (Info, error) {
	var info Info
	data, err := call(dir, http.MethodGet, "/status", nil)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(data, &info)
}

// Restart stops and starts one component and returns when the API server answers again.
func Restart(dir string, req RestartRequest) (Info, error) {
	var info Info
	data, err := call(dir, http.MethodPost, "/restart", req)
	if err != nil {
		return info, err
	}
	return info, json.Unmarshal(data, &info)
}

// Down stops the lab in dir and returns when its supervisor has ended, and with it its children.
func Down(dir string) error {
	info, err := Status(dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	gone, err := owner.Context(ctx, info.Supervisor)
	if err != nil {
		return err
	}
	if _, err := call(dir, http.MethodPost, "/down", nil); err != nil {
		return err
	}
	<-gone.Done()
	return ctx.Err()
}
