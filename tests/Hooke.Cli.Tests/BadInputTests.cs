using System.Buffers.Binary;
using System.Text;

namespace Hooke.Cli.Tests;

/// <summary>Bad input gets one sentence that says what and where, exit code 2, and leaves nothing behind.</summary>
public sealed class BadInputTests : IDisposable
{
    const string Prompt = Hooke.Prompt;

    readonly TemporaryFolder _folder = new();

    static string Long { get; } = string.Join(' ', Enumerable.Repeat("the", 200));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_truncated_weight_file_is_refused() =>
        Refused("model.safetensors", bytes => bytes[..(bytes.Length / 2)], "model.safetensors", "truncated");

    [Fact]
    public void A_weight_file_cut_off_within_its_header_is_refused() =>
        Refused("model.safetensors", bytes => bytes[..100], "claims a header of", "is 100 bytes long");

    [Fact]
    public void A_header_that_lies_about_its_length_is_refused() =>
        Refused("model.safetensors", bytes => [.. BitConverter.GetBytes(1L << 40), .. bytes[8..]],
            "claims a header of 1099511627776 bytes");

    [Fact]
    public void A_header_that_lies_about_where_a_tensor_ends_is_refused() =>
        Refused("model.safetensors", bytes => Replaced(bytes, "\"data_offsets\":[0,1536]", "\"data_offsets\":[0,9536]"),
            "transformer.h.0.attn.c_attn.bias");

    [Fact]
    public void A_tensor_of_another_shape_is_refused_with_both_shapes() =>
        Refused("model.safetensors", bytes => Replaced(bytes, "[128,384]", "[384,128]"),
            "transformer.h.0.attn.c_attn.weight", "[384, 128]", "[128, 384]");

    [Fact]
    public void A_weight_that_is_not_a_number_is_refused_with_its_place() =>
        Refused("model.safetensors", bytes =>
        {
            byte[] changed = [.. bytes];
            int first = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            BinaryPrimitives.WriteSingleLittleEndian(changed.AsSpan(first + 8), float.NaN);
            return changed;
        }, "holds NaN at [2]");

    [Fact]
    public void An_unknown_architecture_is_refused_with_those_that_are_known() =>
        Refused("config.json", bytes => Replaced(bytes, "\"gpt2\"", "\"mamba\""), "'mamba'", "gpt2, llama");

    [Fact]
    public void A_tokenizer_of_an_unknown_kind_is_refused() =>
        Refused("tokenizer.json", bytes => Replaced(bytes, "\"WordLevel\"", "\"Sentences\""), "\"Sentences\"", "BPE");

    [Fact]
    public void A_damaged_config_is_refused() => Refused("config.json", bytes => bytes[..40], "config.json");

    [Fact]
    public void A_folder_that_is_not_there_is_refused() => Refused(["--model", _folder["nowhere"]], "there is no folder");

    [Fact]
    public void A_prompt_longer_than_the_context_is_refused_with_both_lengths() =>
        Refused(Own(Long, Long, "David", "Ivan"), "201 tokens", "context 64");

    [Fact]
    public void A_pair_of_unequal_length_is_refused_with_both_lengths() =>
        Refused(Own(Prompt, Prompt + " a", "David", "Ivan"), "15 tokens", "16");

    [Fact]
    public void A_counterfactual_that_changes_nothing_is_refused() =>
        Refused(Own(Prompt, Prompt, "David", "Ivan"), "nothing to find");

    [Fact]
    public void An_answer_of_two_tokens_is_refused() =>
        Refused(Own(Prompt, Prompt, "David Ivan", "Ivan"), "'David Ivan'", "not one token");

    [Fact]
    public void An_unknown_word_is_refused() => Refused(Own(Prompt, Prompt, "Xyzzy", "Ivan"), "\"Xyzzy\"", "vocabulary");

    [Fact]
    public void An_unknown_behaviour_is_refused_with_those_that_are_known() =>
        Refused(["--behaviour", "telepathy"], "\"telepathy\"", "induction, indirect-object");

    [Fact]
    public void A_behaviour_and_a_prompt_at_once_are_refused() =>
        Refused(["--behaviour", "induction", .. Own(Prompt, Prompt, "David", "Ivan")], "--behaviour", "not both");

    [Theory]
    [InlineData("--prompt"), InlineData("--counterfactual"), InlineData("--answer"), InlineData("--foil")]
    public void A_prompt_pair_that_lacks_a_part_is_refused(string lacking)
    {
        string[] own = Own(Prompt, Prompt, "David", "Ivan");
        int at = Array.IndexOf(own, lacking);
        Refused([.. own[..at], .. own[(at + 2)..]], "--prompt, --counterfactual, --answer and --foil");
    }

    [Fact]
    public void An_investigation_that_has_nowhere_to_write_is_refused_before_it_runs()
    {
        File.WriteAllText(_folder["file"], "");
        Outcome outcome = Hooke.Run("investigate", "--out", Path.Combine(_folder["file"], "dossier"));
        outcome.RefusedWith("Cannot write the dossier");
        Assert.DoesNotContain("searching", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_left_as_it_is()
    {
        Directory.CreateDirectory(_folder["mine"]);
        File.WriteAllText(_folder["mine/diary.txt"], "dear diary");
        Hooke.Run("investigate", "--out", _folder["mine"]).RefusedWith("holds something else than a dossier");
        Assert.Equal([_folder["mine/diary.txt"]], Directory.GetFileSystemEntries(_folder["mine"]));
        Assert.Equal([_folder["mine"]], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("--prompts 0 is not between", "investigate", "--prompts", "0")]
    [InlineData("--controls -1 is not between", "investigate", "--controls", "-1")]
    [InlineData("--steps 10001 is not between", "investigate", "--steps", "10001")]
    [InlineData("--seed 'many' is not a whole number", "investigate", "--seed", "many")]
    [InlineData("--threads 0 is not between", "sites", "--threads", "0")]
    [InlineData("--threads 100000 is not between", "sites", "--threads", "100000")]
    [InlineData("--top 0 is not between", "model", "run", "the", "--top", "0")]
    [InlineData("--pairs 0 is not between", "tinyworld", "test", "--pairs", "0")]
    [InlineData("--steps 0 is not between", "tinyworld", "train", "--out", "x", "--steps", "0")]
    [InlineData("'--out' is required", "tinyworld", "train")]
    [InlineData("'conjecture'", "conjecture")]
    [InlineData("command was not provided")]
    [InlineData("'--loudly'", "investigate", "--loudly")]
    [InlineData("There is no dossier at nowhere", "verify", "nowhere")]
    [InlineData("world.json", "tinyworld", "test", "--model", "src")]
    public void Arguments_that_make_no_sense_are_refused(string words, params string[] arguments) =>
        Hooke.Run(arguments).RefusedWith(words);

    static string[] Own(string prompt, string counterfactual, string answer, string foil) =>
        ["--prompt", prompt, "--counterfactual", counterfactual, "--answer", answer, "--foil", foil];

    // As texts that differ at one place, byte for byte.
    static byte[] Replaced(byte[] bytes, string before, string after)
    {
        string text = Encoding.Latin1.GetString(bytes);
        int at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, $"there is no {before}");
        return Encoding.Latin1.GetBytes(text[..at] + after + text[(at + before.Length)..]);
    }

    void Refused(string file, Func<byte[], byte[]> change, params string[] words) =>
        Refused(["--model", _folder.ModelWith(file, change)], words);

    void Refused(string[] arguments, params string[] words)
    {
        Hooke.Run(["investigate", "--out", _folder["dossier"], .. arguments]).RefusedWith(words);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_folder.Path),
            path => Path.GetFileName(path).StartsWith("dossier", StringComparison.Ordinal));
    }
}
