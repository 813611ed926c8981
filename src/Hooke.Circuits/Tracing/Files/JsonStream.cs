using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hooke.Circuits;

/// <summary>Reads JSON from a stream token by token, so that memory follows one token and not the file.</summary>
/// <remarks>Faults are <see cref="JsonException"/>s with their line.</remarks>
ref struct JsonStream
{
    const int LargestToken = 64 << 20;
    const int MostTokensOfOneValue = 8_000_000;

    readonly Stream _stream;
    byte[] _buffer = new byte[1 << 16];
    int _filled;
    bool _isLast;
    Utf8JsonReader _reader;

    public JsonStream(Stream stream)
    {
        _stream = stream;
        Fill();
        if (_buffer.AsSpan(0, _filled).StartsWith("\uFEFF"u8)) // some editors put this mark before the text
            Drop("\uFEFF"u8.Length);
        _reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), _isLast, new JsonReaderState());
    }

    /// <summary>The kind of the token just read.</summary>
    public readonly JsonTokenType Type => _reader.TokenType;

    /// <summary>The reader at the token just read.</summary>
    public readonly Utf8JsonReader Token => _reader;

    /// <summary>Reads the next token; false at the end of the file.</summary>
    public bool Next()
    {
        while (!_reader.Read())
        {
            if (_isLast)
                return false;
            Drop((int)_reader.BytesConsumed);
            Fill();
            _reader = new Utf8JsonReader(_buffer.AsSpan(0, _filled), _isLast, _reader.CurrentState);
        }
        return true;
    }

    /// <summary>The name of the next member of an object, with its value's first token read; null at the object's end.</summary>
    public string? Member()
    {
        Next();
        if (Type == JsonTokenType.EndObject)
            return null;
        string name = _reader.GetString()!;
        Next();
        return name;
    }

    /// <summary>Whether an array has another element, whose first token is then read.</summary>
    public bool Element()
    {
        Next();
        return Type != JsonTokenType.EndArray;
    }

    /// <summary>Passes over the value whose first token was just read.</summary>
    public void Skip()
    {
        if (Type is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        int depth = _reader.CurrentDepth;
        do
            Next();
        while (_reader.CurrentDepth > depth);
    }

    /// <summary>The value whose first token was just read, its numbers as they were written.</summary>
    public JsonNode? Value()
    {
        int tokens = 0;
        return Value(ref tokens);
    }

    JsonNode? Value(ref int tokens)
    {
        if (++tokens > MostTokensOfOneValue)
            throw new JsonException($"one value holds more than {MostTokensOfOneValue} parts");
        switch (Type)
        {
            case JsonTokenType.StartObject:
                JsonObject members = [];
                while (Member() is { } name)
                    if (!members.TryAdd(name, Value(ref tokens)))
                        throw new JsonException($"'{name}' stands twice in one object");
                return members;
            case JsonTokenType.StartArray:
                JsonArray elements = [];
                while (Element())
                    elements.Add(Value(ref tokens));
                return elements;
            case JsonTokenType.String: return JsonValue.Create(_reader.GetString());
            case JsonTokenType.Number: return JsonNode.Parse(_reader.ValueSpan);
            case JsonTokenType.True: return JsonValue.Create(true);
            case JsonTokenType.False: return JsonValue.Create(false);
            default: return null;
        }
    }

    void Drop(int used)
    {
        _buffer.AsSpan(used, _filled - used).CopyTo(_buffer);
        _filled -= used;
    }

    void Fill()
    {
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= LargestToken)
                throw new JsonException("one text is longer than 64 MB");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        int read = _stream.ReadAtLeast(_buffer.AsSpan(_filled), 1, throwOnEndOfStream: false);
        _filled += read;
        _isLast = read == 0;
    }
}
