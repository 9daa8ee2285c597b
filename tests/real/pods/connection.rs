//! Requests to the API server, through kubectl's proxy.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// One connection to the proxy, kept open: twenty thousand programs would take an hour.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(super) fn to(port: u16) -> Result<Self, String> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    pub(super) fn post(&mut self, path: &str, body: &Value) -> Result<(u16, Value), String> {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.exchange(&request).map_err(|error| error.to_string())
    }

    fn exchange(&mut self, request: &str) -> std::io::Result<(u16, Value)> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length, mut chunked) = (String::new(), 0, false);
        self.stream.read_line(&mut line)?;
        let code = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        loop {
            let mut header = String::new();
            self.stream.read_line(&mut header)?;
            let header = header.trim().to_ascii_lowercase();
            match header.split_once(": ") {
                Some(("content-length", number)) => length = number.parse().unwrap_or(0),
                Some(("transfer-encoding", "chunked")) => chunked = true,
                _ if header.is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![];
        if chunked {
            loop {
                let mut size = String::new();
                self.stream.read_line(&mut size)?;
                let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
                (&mut self.stream).take(size).read_to_end(&mut body)?;
                self.stream.read_line(&mut String::new())?;
                if size == 0 {
                    break;
                }
            }
        } else {
            (&mut self.stream).take(length).read_to_end(&mut body)?;
        }
        Ok((code, serde_json::from_slice(&body)?))
    }
}
