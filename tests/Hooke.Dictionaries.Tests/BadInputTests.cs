using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Hooke.Models;
using Hooke.Testing;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>A dictionary that cannot be what it says is refused with what, where and what to do.</summary>
public sealed class BadInputTests : IDisposable
{
    static readonly string TopK = Fixtures.Golden("dictionaries", "saelens/topk");

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"k\": 8", "\"k\": 97", "k is 97", "96 latents"), InlineData("\"k\": 8", "\"k\": 0", "k is 0", "1 to 96")]
    [InlineData("\"k\": 8", "\"k\": -8", "\"k\" is \"-8\"", "whole number"), InlineData("\"k\": 8", "\"k\": null", "needs k", "TopK")]
    [InlineData("\"d_in\": 32", "\"d_in\": 33", "\"d_in\" is 33", "weights say 32")]
    [InlineData("\"d_sae\": 96", "\"d_sae\": 95", "\"d_sae\" is 95", "weights say 96")]
    [InlineData("\"architecture\": \"topk\"", "\"architecture\": \"oracle\"", "\"oracle\" is not known", "read are standard")]
    [InlineData("\"architecture\": \"topk\"", "\"architecture\": \"gated\"", "no tensor \"b_gate\"", "sae_weights.safetensors")]
    [InlineData("\"architecture\": \"topk\"", "\"architecture\": \"batchtopk\"", "no tensor \"log_threshold\"", "sae_weights")]
    [InlineData("\"architecture\": \"topk\"", "\"architecture\": 3", "\"architecture\" is \"3\"", "a text")]
    [InlineData("\"normalize_activations\": \"none\"", "\"normalize_activations\": \"twice\"", "\"twice\" is not known", "layer_norm")]
    [InlineData("{\"d_in\"", "[\"d_in\"", "not valid JSON", "cfg.json")]
    public void A_config_that_does_not_fit_is_refused(string before, string after, params string[] words) => Refused(
        _folder.CopyOf(TopK, "cfg.json", bytes => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(before, after, StringComparison.Ordinal))),
        words);

    [Fact]
    public void A_truncated_weight_file_is_refused() =>
        Refused(_folder.CopyOf(TopK, "sae_weights.safetensors", bytes => bytes[..^40]), "truncated", "sae_weights.safetensors");

    [Fact]
    public void A_weight_that_is_no_number_is_refused_with_its_place() => Refused(
        _folder.CopyOf(TopK, "sae_weights.safetensors", bytes =>
        {
            byte[] changed = [.. bytes];
            BinaryPrimitives.WriteSingleLittleEndian(changed.AsSpan(bytes.Length - 4), float.PositiveInfinity);
            return changed;
        }), "holds", "finite");

    [Fact]
    public void A_transposed_matrix_is_refused_with_both_shapes()
    {
        string folder = _folder.CopyOf(TopK);
        using (TensorSource file = TensorSource.Open(Path.Combine(TopK, "sae_weights.safetensors")))
            SafetensorsWriter.Write(Path.Combine(folder, "sae_weights.safetensors"), file.Arrays.Select(array => TensorToWrite.FromFloats(
                array.Name, array.Name == "W_dec" ? [32, 96] : array.Shape, () => file.Read(array.Name))).ToArray());
        Refused(folder, "W_dec", "[32, 96]");
    }

    [Fact]
    public void A_folder_that_holds_no_dictionary_is_refused_with_what_was_looked_for() =>
        Refused(_folder.Path, "no dictionary in a known layout", "cfg.json with sae_weights.safetensors (saelens)", "params.npz");

    [Fact]
    public void A_folder_that_may_be_two_dictionaries_is_refused_until_the_layout_is_said()
    {
        string folder = _folder.CopyOf(TopK);
        foreach (string path in Directory.EnumerateFiles(Fixtures.Golden("dictionaries", "dictionary_learning/batch_topk")))
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)), overwrite: true);
        Refused(folder, "saelens or dictionary_learning");
        using CoderSet dictionary = CoderSet.Load(folder, "saelens");
        Assert.Equal(CoderKind.TopK, dictionary.Coders[0].Config.Kind);
    }

    [Fact]
    public void A_trainers_pickle_beside_a_dictionary_is_not_looked_at()
    {
        string folder = _folder.CopyOf(TopK);
        File.WriteAllText(Path.Combine(folder, "trainer_state.pt"), "cos\nsystem\n.");
        using CoderSet dictionary = CoderSet.Load(folder);
        Assert.Equal("saelens", dictionary.Layout);
    }

    [FixtureFact]
    public void A_whole_module_is_refused_by_the_class_it_names() => Refused(
        Fixtures.ThirdParty("format_cases", "must_refuse", "whole_module.pth"), "transformer_lens.HookedTransformer.HookedTransformer");

    [Theory]
    [InlineData(0, 4, 5, "no layers"), InlineData(2, 0, 5, "holds nothing"), InlineData(2, 4, 0, "holds nothing")]
    public void A_dictionary_that_holds_nothing_is_refused(int layers, int width, int nLatents, string word)
    {
        TensorToWrite Zeros(string name, params long[] shape) =>
            TensorToWrite.FromFloats(name, shape, () => new float[shape.Aggregate(1L, (count, size) => count * size)]);
        SafetensorsWriter.Write(_folder["checkpoint.safetensors"],
        [
            Zeros("encoder.W", layers, width, nLatents), Zeros("encoder.b", layers, nLatents), Zeros("decoder.b", layers, width),
            Zeros("decoder.W", layers, nLatents, width), Zeros("nonlinearity.theta", 1, layers, nLatents),
        ]);
        Refused(_folder["checkpoint.safetensors"], word);
    }

    [Fact]
    public void A_layer_missing_from_a_set_is_refused()
    {
        using (CoderSet made = Made.CrossLayer(3, 4, 5))
            made.Save(_folder["set"], "circuit-tracer-clt");
        File.Delete(Path.Combine(_folder["set"], "W_enc_1.safetensors"));
        Refused(_folder["set"], "layer 1 is missing");
    }

    [Theory]
    [InlineData("../evil.npy", "points outside"), InlineData("/etc/evil.npy", "points outside"), InlineData("a\\evil.npy", "points outside")]
    [InlineData("evil.txt", "no NumPy array")]
    public void An_entry_of_a_zip_with_a_path_is_refused(string entry, string word)
    {
        using (ZipArchive zip = ZipFile.Open(_folder["params.npz"], ZipArchiveMode.Create))
        using (Stream stream = zip.CreateEntry(entry).Open())
            stream.Write(NpzWriter.Header("<f4", [0]));
        Refused(_folder["params.npz"], word);
    }

    [Fact]
    public void A_zip_bomb_is_refused_before_it_is_unpacked()
    {
        using (ZipArchive zip = ZipFile.Open(_folder["params.npz"], ZipArchiveMode.Create))
        using (Stream stream = zip.CreateEntry("W_enc.npy", CompressionLevel.SmallestSize).Open())
        {
            stream.Write(NpzWriter.Header("<f4", [1 << 14, 1 << 9]));
            for (int i = 0; i < 32; i++)
                stream.Write(new byte[1 << 20]);
        }
        Assert.True(new FileInfo(_folder["params.npz"]).Length < 1 << 20);
        Refused(_folder["params.npz"], "weights do not shrink so");
    }

    [Theory]
    [InlineData("(4, 4)", "(4, 5)", "needs"), InlineData("(4, 4)", "(4,-4)", "not understood"), InlineData("<f4", "|O4", "\"|O4\"")]
    [InlineData("(4, 4)", "(9999999999, 9999999999)", "overflows")]
    public void A_NumPy_header_that_lies_is_refused(string before, string after, string word)
    {
        string header = Encoding.Latin1.GetString(NpzWriter.Header("<f4", [4, 4])).Replace(before, after, StringComparison.Ordinal);
        header = header[..6] + "\u0001\0" + (char)((header.Length - 10) & 255) + "\0" + header[10..];
        using (FileStream file = File.Create(_folder["params.npz"]))
        {
            ZipWriter zip = new(file, ZipStyle.NumPy);
            zip.Add("W_enc.npy", Encoding.Latin1.GetBytes(header), new byte[64]);
            zip.Finish();
        }
        Refused(_folder["params.npz"], word);
    }

    [Fact]
    public void A_damaged_entry_of_a_zip_is_refused_by_its_check_sum()
    {
        string folder = _folder.CopyOf(Fixtures.Golden("dictionaries", "dictionary_learning/batch_topk"), "ae.pt", bytes =>
        {
            byte[] changed = [.. bytes];
            changed[6000] ^= 1;
            return changed;
        });
        Refused(folder, "check sum", "ae.pt");
    }

    [Fact]
    public void A_threshold_that_training_never_set_is_refused()
    {
        string folder = _folder["unset"];
        using (CoderSet made = new(Made.Coder(CoderKind.BatchTopK, 6, 10, 3, subtracts: true)))
        {
            made.Coders[0].Weights.Thresholds!.Data.Fill(-1);
            made.Save(folder, "dictionary_learning");
        }
        Refused(folder, "threshold is -1", "training had not set it");
    }

    [Fact]
    public void A_square_matrix_of_a_bare_state_dict_is_refused_since_nothing_says_which_way_up_it_is()
    {
        using (TorchWriter torch = new())
        {
            torch.Add("W_enc", DType.F32, [4, 4], new float[16]);
            torch.Add("b_enc", DType.F32, [4], new float[4]);
            torch.Add("W_dec", DType.F32, [4, 4], new float[16]);
            torch.Add("b_dec", DType.F32, [4], new float[4]);
            using FileStream file = File.Create(_folder["sae.pt"]);
            torch.Write(file, "sae");
        }
        Refused(_folder["sae.pt"], "which way up");
    }

    static void Refused(string path, params string[] words)
    {
        string message = Assert.Throws<InputException>(() => CoderSet.Load(path).Dispose()).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
