using System.IO.Compression;
using System.Text;
using Hooke.Models;
using Hooke.Testing;
using Hooke.Tensors;

namespace Hooke.Dictionaries.Tests;

/// <summary>Files of torch.save are read as tensors; whatever else they hold is refused by name and never carried out.</summary>
public sealed class TorchFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FixtureTheory]
    [InlineData("test.pt", "test", 8), InlineData("test_with_key.pt", "model_state_dict.test", 8)]
    [InlineData("fortran_tensor_3d.pth", "tensor_fortran", 24)]
    public void Integers_come_in_row_major_order_whatever_the_strides(string file, string name, int count)
    {
        using TorchFile torch = new(Fixtures.ThirdParty("format_cases", "pytorch_candle", file));
        Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), torch.Integers(name));
    }

    [FixtureFact]
    public void Truth_values_are_read()
    {
        using TorchFile torch = new(Fixtures.ThirdParty("format_cases", "pytorch_candle", "boolean.pt"));
        Assert.Equal([1, 0, 0, 1], torch.Integers("bool"));
    }

    [FixtureFact]
    public void A_view_into_a_larger_storage_is_cut_out_of_it()
    {
        using TorchFile torch = new(Fixtures.ThirdParty("format_cases", "pytorch_storage_offset", "direction.pt"));
        StoredArray only = Assert.Single(torch.Arrays);
        float[] values = torch.Read(only.Name, 2048);
        Assert.All(values.Zip([0.09754041, 0.03949568, 0.09052957]), pair => Assert.Equal(pair.Second, pair.First, 7));
        Assert.Equal(10.0643532773, Math.Sqrt(values.Sum(value => (double)value * value)), 6);
    }

    [FixtureFact]
    public void The_stream_of_pickles_of_older_versions_is_read()
    {
        using TorchFile torch = new(Fixtures.ThirdParty("format_cases", "pytorch_legacy", "bidirectional_lm_weights.th"));
        Assert.Equal((121, 94_987), (torch.Arrays.Count, torch.Arrays.Sum(array => (int)array.Count)));
        Assert.Equal(2.5635991f, torch.Read("_last_average_loss", 1)[0]);
        Assert.Equal([12, 1], torch.Of("_softmax_loss.softmax_b.weight").Shape);
    }

    [FixtureFact]
    public void The_same_weights_are_read_from_a_legacy_file_and_from_safetensors()
    {
        using TorchFile torch = new(Fixtures.ThirdParty("vision", "resnet20_cifar10", "resnet20-12fca82f.th"));
        using TensorSource same = TensorSource.Open(Fixtures.ThirdParty("vision", "resnet20_cifar10", "model.safetensors"));
        Assert.Equal(97, same.Arrays.Count);
        Assert.All(same.Arrays.Where(array => array.Type == DType.F32), array =>
            Assert.Equal(same.Read(array.Name), torch.Read($"state_dict.module.{array.Name}")));
    }

    [FixtureFact]
    public void A_whole_module_is_refused_by_the_first_class_it_names() => Refused(
        () => new TorchFile(Fixtures.ThirdParty("format_cases", "must_refuse", "whole_module.pth")),
        "transformer_lens.HookedTransformer.HookedTransformer", "nothing of it was carried out");

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0trueR.", "os.system"), InlineData("c__builtin__\neval\n.", "__builtin__.eval")]
    [InlineData("ctorch\nload\n.", "torch.load"), InlineData("ccollections\nOrderedDict\n)\u0081.", "NewObj")]
    [InlineData("(S'x'\n.", "StringText"), InlineData("(i.", "Inst"), InlineData("}(K\u0001u.", "damaged")]
    [InlineData("h\u0005.", "not kept before"), InlineData("X\u00ff\u00ff\u00ff\u007f", "damaged"), InlineData("t.", "no mark")]
    public void Anything_but_a_dict_of_tensors_is_refused(string pickle, string word) =>
        Refused(() => new TorchFile(Zip(("x/data.pkl", Encoding.Latin1.GetBytes(pickle)))), word, "x.pt");

    [Theory]
    [InlineData("J\0\0\0\0", "(J\u0008\0\0\0t", "(J\u0001\0\0\0t", "reaches outside")]
    [InlineData("J\0\0\0\0", "(J\u0000\u0000\u0000\u0040t", "(J\0\0\0\0t", "repeats")]
    [InlineData("J\u0003\0\0\0", "(J\u0002\0\0\0t", "(J\u0001\0\0\0t", "reaches outside")]
    [InlineData("J\u00ff\u00ff\u00ff\u00ff", "(J\u0002\0\0\0t", "(J\u0001\0\0\0t", "whole numbers from 0")]
    public void A_tensor_outside_of_its_storage_is_refused(string offset, string sizes, string strides, string word)
    {
        string pickle = "ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0"
            + "0X\u0003\0\0\0cpuJ\u0004\0\0\0tQ" + offset + sizes + strides + "\u0089NtR.";
        Refused(() => new TorchFile(Zip(("x/data.pkl", Encoding.Latin1.GetBytes(pickle)), ("x/data/0", new byte[16]))), word);
    }

    [Fact]
    public void A_dict_that_holds_itself_many_times_ends()
    {
        string inner = string.Concat(Enumerable.Range(0, 200).Select(i => $"X\u0003\0\0\0{i:d3}h\0"));
        using TorchFile torch = new(Zip(("x/data.pkl", Encoding.Latin1.GetBytes($"}}q\0({inner}u."))));
        Assert.Empty(torch.Arrays);
    }

    [Fact]
    public void What_is_written_is_laid_out_as_upstream_does()
    {
        byte[] original = File.ReadAllBytes(Fixtures.Golden("dictionaries", "dictionary_learning", "batch_topk", "ae.pt"));
        using CoderSet dictionary = CoderSet.Load(Fixtures.Golden("dictionaries", "dictionary_learning", "batch_topk"));
        dictionary.Save(_folder["written"], "dictionary_learning");
        using ZipArchive written = ZipFile.OpenRead(Path.Combine(_folder["written"], "ae.pt")), upstream = new(new MemoryStream(original));
        Assert.Equal(upstream.Entries.Select(entry => entry.FullName).SkipLast(1), written.Entries.Select(entry => entry.FullName));
        using TorchFile before = new(Fixtures.Golden("dictionaries", "dictionary_learning", "batch_topk", "ae.pt")),
            after = new(Path.Combine(_folder["written"], "ae.pt"));
        Assert.Equal(before.Arrays.Select(array => $"{array}"), after.Arrays.Select(array => $"{array}"));
        Assert.All(before.Arrays.Where(array => array.Type == DType.F32), array => Assert.Equal(before.Read(array.Name), after.Read(array.Name)));
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder["written"], "ae.pt"));
        byte[] weight = Bytes(written.GetEntry("ae/data/3")!);
        Assert.Equal(0, bytes.AsSpan().IndexOf(weight) % 64);
    }

    static byte[] Bytes(ZipArchiveEntry entry)
    {
        using MemoryStream bytes = new();
        using Stream stream = entry.Open();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    string Zip(params (string Name, byte[] Bytes)[] entries)
    {
        string path = _folder["x.pt"];
        using FileStream file = File.Create(path);
        ZipWriter zip = new(file, ZipStyle.Torch);
        foreach ((string name, byte[] bytes) in entries)
            zip.Add(name, bytes);
        zip.Finish();
        return path;
    }

    static void Refused(Func<TensorSource> open, params string[] words)
    {
        string message = Assert.Throws<InputException>(() => open().Dispose()).Message;
        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
    }
}
