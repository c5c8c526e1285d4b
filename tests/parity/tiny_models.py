"""Small models with random weights, of the architectures of the registry, as sentence-transformers writes them."""

from pathlib import Path
from typing import Any, Literal

import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5EncoderModel,
)

from embedding_service.encoder.sample_texts import CALIBRATION_TEXTS

Kind = Literal["bge", "multilingual", "mpnet", "instructor"]
QUERY = "Represent this for searching: "
MAX_TOKENS = 64
_SIZE = 32


def write_tiny_model(kind: Kind, folder: Path) -> None:
    """bge: BERT, WordPiece, first token. multilingual: BERT, Unigram, mean, not normalised. mpnet: MPNet, mean.
    instructor: T5's encoder, mean without the prompt, a dense layer."""
    torch.manual_seed(11)
    tokenizer = _tokenizer(kind)
    parts = folder / "parts"
    _network(kind, tokenizer.vocab_size).save_pretrained(parts)
    tokenizer.save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=MAX_TOKENS)
    pooling = Pooling(_SIZE, "cls" if kind == "bge" else "mean", include_prompt=kind != "instructor")
    modules: list[Any] = [transformer, pooling]
    if kind == "instructor":
        modules.append(Dense(_SIZE, 24, bias=False, activation_function=torch.nn.Identity()))
    if kind != "multilingual":
        modules.append(Normalize())
    model = SentenceTransformer(modules=modules, prompts={"query": QUERY}, device="cpu")
    # Fresh weights are so small that every text would get nearly the same vector.
    for name, weights in model.named_parameters():
        if weights.dim() > 1 and "position" not in name:
            torch.nn.init.normal_(weights, std=0.3)
    model.save(str(folder))


def write_tiny_cross_encoder(
    folder: Path, activation: torch.nn.Module, *, as_published: bool = True, token_types: bool = True
) -> None:
    """BERT, WordPiece, one label. `as_published` leaves the files that transformers writes, with the function over the
    head in config.json, as the models of cross-encoder/ms-marco are; otherwise they are those of sentence-transformers.
    `token_types` is whether the tokenizer tells the model which tokens are the second text's, as BERT's own does.
    """
    torch.manual_seed(12)
    tokenizer = _tokenizer("bge")
    if token_types:
        tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    shape = {"hidden_size": _SIZE, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 4 * _SIZE}
    config = BertConfig(vocab_size=tokenizer.vocab_size, max_position_embeddings=MAX_TOKENS, num_labels=1, **shape)
    name = f"{type(activation).__module__}.{type(activation).__qualname__}"
    config.sentence_transformers = {"activation_fn": name, "version": "4.0.0"}
    network = BertForSequenceClassification(config)
    # Fresh weights are so small that every pair would get nearly the same score.
    for part, weights in network.named_parameters():
        if weights.dim() > 1 and "position" not in part:
            torch.nn.init.normal_(weights, std=0.3)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if not as_published:
        CrossEncoder(str(folder), device="cpu", activation_fn=activation).save(str(folder))


def _network(kind: Kind, words: int) -> Any:
    shape = {"hidden_size": _SIZE, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 4 * _SIZE}
    if kind == "mpnet":
        # Its positions start after the padding token's id.
        return MPNetModel(
            MPNetConfig(vocab_size=words, max_position_embeddings=MAX_TOKENS + 2, pad_token_id=1, **shape)
        )
    if kind == "instructor":
        return T5EncoderModel(T5Config(vocab_size=words, d_model=_SIZE, d_kv=8, d_ff=64, num_layers=2, num_heads=4))
    return BertModel(BertConfig(vocab_size=words, max_position_embeddings=MAX_TOKENS, **shape))


def _tokenizer(kind: Kind) -> PreTrainedTokenizerFast:
    if kind == "bge":
        special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    else:
        special = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
    names = list(special.values())
    if kind in ("bge", "mpnet"):
        tokenizer = Tokenizer(models.WordPiece(unk_token=special["unk_token"]))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer: Any = trainers.WordPieceTrainer(vocab_size=400, special_tokens=names)
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=400, special_tokens=names, unk_token="<unk>")
    tokenizer.train_from_iterator(CALIBRATION_TEXTS, trainer)
    ends = {token: tokenizer.token_to_id(token) for token in (special["cls_token"], special["sep_token"])}
    first, last = ends
    start = "" if kind == "instructor" else f"{first} "
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start}$A {last}", pair=f"{start}$A {last} $B:1 {last}:1", special_tokens=list(ends.items())
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=MAX_TOKENS, **special)
