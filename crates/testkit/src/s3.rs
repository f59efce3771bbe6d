//! A real S3 server over a folder, for tests: `s3s-fs`, which checks signatures, conditions of writes and uploads in parts as S3 does.
//! On threads of its own, so that it also answers a test whose only thread waits for it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_server::tls_rustls::RustlsConfig;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tower::Service;

/// Its one bucket.
pub const BUCKET: &str = "proviso";
/// Id of its one access key.
pub const KEY_ID: &str = "AN-INVENTED-KEY-ID";
/// The secret of that key.
pub const SECRET: &str = "an invented secret of the S3 server";

/// The server's routes over a folder, in which the bucket is made.
///
/// # Panics
/// When the folder cannot be used.
pub fn router(folder: &Path) -> Router {
    std::fs::create_dir_all(folder.join(BUCKET)).expect("a bucket");
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).expect("a folder"));
    builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    let service = builder.build();
    Router::new().fallback(move |request: Request| {
        let mut service = service.clone();
        async move {
            match Service::call(&mut service, request).await {
                Ok(answer) => answer.map(Body::new),
                Err(error) => fault(&format!("{error:?}")),
            }
        }
    })
}

fn fault(why: &str) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, why.to_owned()).into_response()
}

/// A server that runs until it is dropped.
pub struct S3Server {
    /// Where it answers.
    pub address: String,
    /// Certificate of the authority that vouches for it, in a file; none where it answers in the clear.
    pub ca_file: Option<PathBuf>,
    folder: TempDir,
    listen: SocketAddr,
    tls: Option<(Vec<u8>, Vec<u8>)>,
    runtime: Option<Runtime>,
}

impl S3Server {
    /// Starts one in the clear.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::made(false)
    }

    /// Starts one with a certificate of an authority of its own.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start_with_tls() -> Self {
        // Only the first of the process installs it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self::made(true)
    }

    fn made(with_tls: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut tls, mut ca_file) = (None, None);
        if with_tls {
            let (ca, chain, key) = certificate();
            let path = folder.path().join("authority.pem");
            std::fs::write(&path, ca).expect("written");
            (tls, ca_file) = (Some((chain, key)), Some(path));
        }
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut server = Self { address: String::new(), ca_file, folder, listen, tls, runtime: None };
        server.start_again();
        let scheme = if with_tls { "https" } else { "http" };
        server.address = format!("{scheme}://localhost:{}", server.listen.port());
        server
    }

    /// Starts it on the address that it had.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self) {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
        let listener = TcpListener::bind(self.listen).expect("a port");
        self.listen = listener.local_addr().expect("an address");
        let routes = router(&self.folder.path().join("s3")).into_make_service();
        let tls = self.tls.clone();
        runtime.spawn(async move {
            match tls {
                Some((chain, key)) => {
                    let config = RustlsConfig::from_pem(chain, key).await.expect("a certificate");
                    let server = axum_server::from_tcp_rustls(listener, config).expect("a server");
                    server.serve(routes).await.expect("served");
                }
                None => {
                    let server = axum_server::from_tcp(listener).expect("a server");
                    server.serve(routes).await.expect("served");
                }
            }
        });
        self.runtime = Some(runtime);
    }

    /// Ends it where it stands: what is under way is cut off.
    pub fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // On a thread of its own, for a test's own runtime allows no waiting; waited for, so that the port is free again.
            let ending = std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(10)));
            let _ = ending.join();
        }
    }

    /// The folder of the bucket, as it lies on the disk.
    #[must_use]
    pub fn bucket_folder(&self) -> PathBuf {
        self.folder.path().join("s3").join(BUCKET)
    }

    /// Names of all that lies in the bucket, in order.
    ///
    /// # Panics
    /// When the folder cannot be read.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let root = self.bucket_folder();
        let (mut names, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("readable") {
                let path = entry.expect("an entry").path();
                match path.strip_prefix(&root) {
                    _ if path.is_dir() => folders.push(path),
                    Ok(name) => names.push(name.display().to_string()),
                    Err(_) => {}
                }
            }
        }
        names.sort();
        names
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An authority's certificate, and chain and key of a server that it vouches for.
fn certificate() -> (String, Vec<u8>, Vec<u8>) {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&authority_key).expect("a certificate");
    let issuer = Issuer::from_params(&params, &authority_key);
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let own = own.signed_by(&key, &issuer).expect("a certificate");
    (authority.pem(), own.pem().into_bytes(), key.serialize_pem().into_bytes())
}
