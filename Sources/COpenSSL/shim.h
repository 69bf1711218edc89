#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

// Macros that Swift does not import.
static inline int s2wmp_public_key_selection(void) { return EVP_PKEY_PUBLIC_KEY; }
static inline int s2wmp_key_pair_selection(void) { return EVP_PKEY_KEYPAIR; }
static inline int s2wmp_parameters_selection(void) { return EVP_PKEY_KEY_PARAMETERS; }
static inline long s2wmp_bio_bytes(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
static inline void s2wmp_clear_free(void *bytes, size_t count) { OPENSSL_clear_free(bytes, count); }
static inline void s2wmp_free(void *bytes) { OPENSSL_free(bytes); }

// Parameter names: OpenSSL keeps the pointers, so they must outlive the call; a Swift string would not.
static inline const char *s2wmp_name_digest(void) { return OSSL_KDF_PARAM_DIGEST; }
static inline const char *s2wmp_name_key(void) { return OSSL_KDF_PARAM_KEY; }
static inline const char *s2wmp_name_salt(void) { return OSSL_KDF_PARAM_SALT; }
static inline const char *s2wmp_name_info(void) { return OSSL_KDF_PARAM_INFO; }
static inline const char *s2wmp_name_rsa_n(void) { return OSSL_PKEY_PARAM_RSA_N; }
static inline const char *s2wmp_name_rsa_e(void) { return OSSL_PKEY_PARAM_RSA_E; }
static inline const char *s2wmp_name_group(void) { return OSSL_PKEY_PARAM_GROUP_NAME; }
static inline const char *s2wmp_name_public(void) { return OSSL_PKEY_PARAM_PUB_KEY; }
static inline const char *s2wmp_name_prime(void) { return OSSL_PKEY_PARAM_FFC_P; }
static inline const char *s2wmp_name_generator(void) { return OSSL_PKEY_PARAM_FFC_G; }

// SHA-256 whose state is a plain value that can be copied: OpenSSL 3 deprecates these functions for those behind EVP, which allocate with every copy.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline int s2wmp_sha256_init(SHA256_CTX *context) { return SHA256_Init(context); }
static inline int s2wmp_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) { return SHA256_Update(context, bytes, count); }
static inline int s2wmp_sha256_final(unsigned char *digest, SHA256_CTX *context) { return SHA256_Final(digest, context); }
#pragma clang diagnostic pop
